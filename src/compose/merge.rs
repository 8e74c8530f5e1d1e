//! How a later Compose file's values join an earlier one's (compose-spec §13; compose-go,
//! `override/merge.go`, `override/uncity.go`), on values in normal form.

use std::collections::BTreeMap;

use crate::compose::value::{Join, Value, ValueKind};

/// Lays `over` onto `base`. Both are services, or other things of one kind.
pub(super) fn merge(base: Value, over: Value) -> Value {
    merge_at(base, over, "")
}

/// Lays the services or other things of a later file over those of an earlier one.
pub(super) fn merge_all(base: &mut BTreeMap<String, Value>, over: BTreeMap<String, Value>) {
    merge_maps(base, over, "");
}

/// Merges what stands under `key`.
fn merge_at(base: Value, over: Value, key: &str) -> Value {
    if over.join != Join::Merge || is_replaced(key) {
        return over;
    }
    let origin = base.origin.clone().or_else(|| over.origin.clone());
    let kind = match (base.kind, over.kind) {
        (ValueKind::Map(mut entries), ValueKind::Map(over)) => {
            merge_maps(&mut entries, over, key);
            ValueKind::Map(entries)
        }
        (ValueKind::List(items), ValueKind::List(over)) => {
            ValueKind::List(appended(items, over, key))
        }
        // An empty override of a mapping (`db:`) changes nothing in it.
        (kind @ (ValueKind::Map(_) | ValueKind::List(_)), ValueKind::Null) => kind,
        (_, kind) => return Value { kind, origin: over.origin, join: Join::Merge },
    };
    Value { kind, origin, join: Join::Merge }
}

fn merge_maps(base: &mut BTreeMap<String, Value>, over: BTreeMap<String, Value>, _key: &str) {
    for (key, value) in over {
        if value.join == Join::Remove {
            base.remove(&key);
            continue;
        }
        let merged = match base.remove(&key) {
            Some(earlier) => merge_at(earlier, value, &key),
            None => value,
        };
        base.insert(key, merged);
    }
}

/// Lists that a later file replaces as a whole.
fn is_replaced(key: &str) -> bool {
    matches!(key, "command" | "entrypoint" | "test")
}

/// Appends items; where items have an identity, a later one takes an earlier one's place.
fn appended(mut items: Vec<Value>, over: Vec<Value>, key: &str) -> Vec<Value> {
    for item in over {
        let identity = identity(&item, key);
        let same = items.iter_mut().find(|earlier| match &identity {
            Some(identity) => self::identity(earlier, key).as_ref() == Some(identity),
            None => **earlier == item,
        });
        match same {
            Some(earlier) => *earlier = item,
            None => items.push(item),
        }
    }
    items
}

/// What tells one item from another in lists whose items are mounted somewhere.
fn identity(item: &Value, key: &str) -> Option<String> {
    let keys: &[&str] = match key {
        "volumes" | "secrets" | "configs" => &["target", "source"],
        "env_file" => &["path"],
        _ => return None,
    };
    keys.iter().find_map(|key| item.text_of(key)).map(str::to_owned)
}
