//! What the obvious way does: a new key, the alias, the new superuser's name, and `up -d`.

use super::engine::Engine;
use super::homelab::{self, NEW, OLD};
use super::stack::wait;

#[test]
fn the_obvious_way_ends_in_two_servers_on_one_volume_and_is_warned_of() {
    let Some(engine) = Engine::take() else { return };
    for compose in engine.composes() {
        let stack = homelab::up(&engine, compose);

        // What is planned is warned of.
        let planned = stack.composemod(&["apply"]);
        for hazard in ["stateful-rename", "superuser-on-live-volume"] {
            assert!(planned.stderr.contains(hazard), "{hazard}: {planned:?}");
        }
        // Made by hand, it is warned of by the check of a pull request.
        let text = homelab::COMPOSE
            .replace("  discord-bot-db:\n    image", "  homelab-postgres:\n    image")
            .replace("container_name: discord-bot-db", "container_name: homelab-postgres")
            .replace("POSTGRES_USER: ticketbot", "POSTGRES_USER: postgres")
            .replace(
                "    networks: [bots, web]",
                "    networks:\n      bots:\n        aliases: [discord-bot-db]\n      web:\n        aliases: [discord-bot-db]",
            )
            .replace("      discord-bot-db:\n        condition", "      homelab-postgres:\n        condition");
        stack.write("compose.yaml", &text);
        let checked =
            stack.composemod(&["check", "--changed-since", "HEAD", "--format", "concise"]);
        assert_eq!(checked.exit, 1, "{checked:?}");
        for hazard in ["stateful-rename", "superuser-on-live-volume"] {
            assert!(checked.stdout.contains(hazard), "{hazard}: {checked:?}");
        }

        // And this is why.
        let said = stack.compose(&["up", "-d"]);
        assert!(said.to_lowercase().contains("orphan"), "{said}");
        let (old, new) = (stack.container(OLD).unwrap(), stack.container(NEW).unwrap());
        let mut both = [old.clone(), new.clone()];
        both.sort();
        wait("both hold the volume", || {
            let mut holders = engine.holders(&stack.volume("db"));
            holders.sort();
            holders == both
        });
        // Compose believes that all is well.
        stack.wait_until_healthy(OLD);
        stack.wait_until_healthy(NEW);
        let network = stack.network("bots");
        let hosts = engine.docker(&[
            "run",
            "--rm",
            "--network",
            &network,
            "--entrypoint",
            "getent",
            super::engine::IMAGE,
            "ahostsv4",
            OLD,
        ]);
        let mut addresses: Vec<&str> =
            hosts.lines().filter_map(|line| line.split_whitespace().next()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        assert_eq!(addresses.len(), 2, "the old name leads to both: {hosts}");
        let role = stack.psql(
            NEW,
            "ticketbot",
            "SELECT count(*) FROM pg_roles WHERE rolname = 'postgres'",
        );
        assert_eq!(role, "0", "POSTGRES_USER did nothing on a volume with data");
    }
}
