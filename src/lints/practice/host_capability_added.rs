//! Capabilities that are the host's root by another name.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A container is given a capability that is as good as the host's root.
    ///
    /// ## What it does
    ///
    /// Finds `SYS_ADMIN`, `SYS_MODULE`, `SYS_RAWIO` and `DAC_READ_SEARCH` in `cap_add`. Some programs
    /// need them, such as a file system in user space, so it is only told.
    ///
    /// ## Why is this bad
    ///
    /// `SYS_ADMIN` mounts file systems, `SYS_MODULE` loads code into the kernel, `SYS_RAWIO` writes to
    /// devices and memory, `DAC_READ_SEARCH` opens any file of the host by its number. Whoever breaks
    /// into the container can leave it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   vpn:
    ///     image: example/vpn:1.4
    ///     cap_add: [NET_ADMIN, SYS_MODULE]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   vpn:
    ///     image: example/vpn:1.4
    ///     cap_add: [NET_ADMIN]
    /// ```
    "host-capability-added", Practice, Info, On, Run::File(run),
}

/// Capabilities, each with what it allows.
const CAPABILITIES: [(&str, &str); 4] = [
    ("SYS_ADMIN", "mounts file systems and more"),
    ("SYS_MODULE", "loads code into the host's kernel"),
    ("SYS_RAWIO", "reads and writes devices and memory"),
    ("DAC_READ_SEARCH", "opens any file of the host"),
];

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let lists = view.service_bodies().into_iter().filter_map(|body| view.get(body, "cap_add"));
    let items = lists.flat_map(|entry| view.file.doc.items(entry.value));
    let found = items.filter_map(|item| {
        let text = view.text(item.value)?.to_ascii_uppercase();
        let text = text.strip_prefix("CAP_").unwrap_or(&text);
        let (name, allows) = CAPABILITIES.iter().find(|(name, _)| *name == text)?;
        let message = format!("`{name}` {allows}: whoever breaks in has the host");
        let help = "leave it out where the program runs without: where the kernel has the module, \
                    and where it mounts nothing itself";
        Some(LINT.finding(message).at(view.path(), view.span(item.value)).help(help))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn capabilities_of_the_host() {
        for (capabilities, count) in [
            ("[SYS_ADMIN]", 1),
            ("[cap_sys_module, NET_ADMIN]", 1),
            ("[NET_ADMIN, NET_RAW, SYS_NICE]", 0),
            ("['${CAP:-x}']", 0),
        ] {
            let text = format!("services: {{a: {{image: x, cap_add: {capabilities}}}}}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{capabilities}");
        }
    }
}
