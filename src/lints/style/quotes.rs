//! Scalars in other quotes.

use crate::text::edit::Edit;
use crate::yaml::document::{Document, Kind, NodeId, ScalarStyle, Style};
use crate::yaml::scalar::spell;

/// Spells a scalar in another style. Nothing for a block scalar, a tagged one, and where the style
/// can't hold its value as the same text.
pub(super) fn requoted(doc: &Document, scalar: NodeId, wanted: ScalarStyle) -> Option<Edit> {
    let node = doc.node(scalar);
    let Kind::Scalar(ScalarStyle::Plain | ScalarStyle::Single | ScalarStyle::Double) = node.kind
    else {
        return None;
    };
    let source = doc.text().get(node.span.range())?;
    if node.tag.is_some() || source.contains(['\n', '\r']) {
        return None;
    }
    let in_flow = node.parent.is_some_and(|parent| {
        let (Kind::Sequence { style, .. } | Kind::Mapping { style, .. }) = &doc.node(parent).kind
        else {
            return false;
        };
        *style == Style::Flow
    });
    let spelled = spell(&doc.value(scalar)?, wanted, in_flow);
    let is_wanted = match wanted {
        ScalarStyle::Single => spelled.starts_with('\''),
        ScalarStyle::Double => spelled.starts_with('"'),
        _ => !spelled.starts_with(['\'', '"']),
    };
    (is_wanted && spelled != source).then(|| Edit::replace(node.span, spelled))
}
