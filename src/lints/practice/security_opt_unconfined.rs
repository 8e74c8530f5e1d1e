//! `security_opt: [seccomp:unconfined]`.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A container runs without the engine's seccomp or AppArmor profile.
    ///
    /// ## What it does
    ///
    /// Finds `seccomp` and `apparmor` set to `unconfined` in `security_opt`, and
    /// `systempaths=unconfined`. Some programs need it, such as debuggers, so it is only told.
    ///
    /// ## Why is this bad
    ///
    /// The profiles keep a container from calls that it hardly needs and that break-outs are made of.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   browser:
    ///     image: example/browser:1.4
    ///     security_opt:
    ///       - seccomp:unconfined
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   browser:
    ///     image: example/browser:1.4
    ///     security_opt:
    ///       - seccomp:./browser.json
    /// ```
    "security-opt-unconfined", Practice, Info, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let lists = view.service_bodies().into_iter().filter_map(|body| view.get(body, "security_opt"));
    let items = lists.flat_map(|entry| view.file.doc.items(entry.value));
    let found = items.filter_map(|item| {
        let text = view.text(item.value)?;
        let (what, value) = text.split_once([':', '='])?;
        let is_profile = matches!(what.trim(), "seccomp" | "apparmor" | "systempaths");
        (is_profile && value.trim() == "unconfined").then(|| {
            let message =
                format!("without {} confinement more calls reach the kernel", what.trim());
            let help = "leave it out, or name a profile that allows what it needs";
            LINT.finding(message).at(view.path(), view.span(item.value)).help(help)
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn options_that_take_a_profile_away() {
        for (options, count) in [
            ("['seccomp:unconfined']", 1),
            ("[apparmor=unconfined, 'no-new-privileges:true']", 1),
            ("['seccomp:./x.json']", 0),
            ("['label:disable']", 0),
        ] {
            let text = format!("services: {{a: {{image: x, security_opt: {options}}}}}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{options}");
        }
    }
}
