//! After the migration: the clients go over to the new name, and the old one is retired.

use super::engine::{Engine, inspect};
use super::homelab::{self, NEW, OLD, bot_goes_on, no_row_is_lost};
use super::stack::wait;

#[test]
fn the_alias_goes_once_nothing_uses_it() {
    let Some(engine) = Engine::take() else { return };
    for compose in engine.composes() {
        let stack = homelab::up(&engine, compose);
        let ran = stack.composemod(&["migrate", "--execute"]);
        assert_eq!(ran.exit, 0, "{ran:?}");
        std::fs::remove_file(stack.root().join(".composemod-migration.json")).unwrap();
        stack.commit("the container is replaced");

        // The rest of the change, and the clients with it.
        let ran = stack.composemod(&["apply", "--write"]);
        assert_eq!(ran.exit, 0, "{ran:?}");
        stack.compose(&["up", "-d"]);
        wait("the clients use the new name", || {
            ["discord-bot", "dashboard"].iter().all(|service| {
                let it = stack.container(service).and_then(|id| inspect(&id));
                it.is_some_and(|it| it["Config"]["Env"].to_string().contains(NEW))
            })
        });
        stack.wait_until_healthy(NEW);
        bot_goes_on(&stack);
        no_row_is_lost(&stack, NEW);

        let ran = stack.composemod(&["retire", OLD, "--write"]);
        assert_eq!(ran.exit, 0, "{ran:?}");
        stack.compose(&["up", "-d"]);
        stack.wait_until_healthy(NEW);
        let new = stack.container(NEW).unwrap();
        let aliases = engine.aliases(&new);
        for (network, names) in &aliases {
            assert!(!names.iter().any(|name| name == OLD), "{network}: {names:?}");
            assert!(names.iter().any(|name| name == "postgres"), "{network}: {names:?}");
        }
        assert_eq!(aliases.len(), 2);
        assert_eq!(engine.holders(&stack.volume("db")), [new]);
        bot_goes_on(&stack);
        no_row_is_lost(&stack, NEW);
    }
}
