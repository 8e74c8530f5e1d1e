//! What a referee reads in a file: an arena of values in which types matter and spelling does not.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use saphyr::Scalar;
use saphyr_parser::{Event, Parser};
use serde::de::{DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};

/// Index of a value in its [`Reading`].
pub(super) type ValueId = usize;

/// A file as one referee reads it.
#[derive(Debug, Default)]
pub(super) struct Reading<'t> {
    /// Invariant: children have their place, and no value holds itself.
    values: Vec<Read<'t>>,
    /// The value of each document.
    pub(super) roots: Vec<ValueId>,
    /// Children of the open collections: each owns those from where it began.
    children: Vec<ValueId>,
}

/// One value with its tag.
#[derive(Debug, PartialEq)]
pub(super) struct Read<'t> {
    pub(super) tag: Option<String>,
    pub(super) content: Content<'t>,
}

/// What a value is.
#[derive(Debug, PartialEq)]
pub(super) enum Content<'t> {
    Null,
    String(Cow<'t, str>),
    /// A number or truth value, spelled so that different ones differ.
    Other(Cow<'t, str>),
    List(Vec<ValueId>),
    Map(Vec<(ValueId, ValueId)>),
}

impl<'t> Reading<'t> {
    /// Gives a value.
    pub(super) fn get(&self, id: ValueId) -> &Read<'t> {
        &self.values[id]
    }

    /// Tells whether all documents are empty, or there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.roots.iter().all(|&root| self.get(root).content == Content::Null)
    }

    /// Closes a collection whose children begin at `first`.
    fn list(&mut self, first: usize) -> ValueId {
        let items = self.children.get(first..).unwrap_or_default().to_vec();
        self.children.truncate(first);
        self.push(Content::List(items))
    }

    /// Closes a mapping whose keys and values, in turn, begin at `first`.
    fn map(&mut self, first: usize) -> ValueId {
        let children = self.children.get(first..).unwrap_or_default();
        let pairs = children.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        self.children.truncate(first);
        self.push(Content::Map(pairs))
    }

    fn push(&mut self, content: Content<'t>) -> ValueId {
        self.values.push(Read { tag: None, content });
        self.values.len() - 1
    }
}

/// Reads a file as saphyr does. A number or truth value is compared as it is spelled.
pub(super) fn saphyr(text: &str) -> Result<Reading<'_>, String> {
    let mut reading = Reading::default();
    let mut anchors = BTreeMap::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        let (id, anchor, tag) = match event {
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag) => {
                let first = reading.children.len();
                open.push(Open { anchor, tag: tag.map(|tag| tag.to_string()), first });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(closed) = open.pop() else { continue };
                let id = match event {
                    Event::SequenceEnd => reading.list(closed.first),
                    _ => reading.map(closed.first),
                };
                (id, closed.anchor, closed.tag)
            }
            Event::Scalar(value, style, anchor, tag) => {
                let spelled = value.clone();
                let content = match Scalar::parse_from_cow_and_metadata(value, style, tag.as_ref())
                {
                    Some(Scalar::Null) => Content::Null,
                    Some(Scalar::String(value)) => Content::String(value),
                    _ => Content::Other(spelled),
                };
                (reading.push(content), anchor, tag.map(|tag| tag.to_string()))
            }
            Event::Alias(anchor) => match anchors.get(&anchor) {
                Some(&id) => (id, 0, None),
                None => return Err("an alias stands inside of its own anchor".to_owned()),
            },
            _ => continue,
        };
        if tag.is_some() {
            reading.values[id].tag = tag;
        }
        if anchor > 0 {
            anchors.insert(anchor, id);
        }
        if open.is_empty() {
            reading.roots.push(id);
        } else {
            reading.children.push(id);
        }
    }
    Ok(reading)
}

/// A collection whose end has not come.
struct Open {
    anchor: usize,
    tag: Option<String>,
    /// Where its items, or keys and values in turn, begin.
    first: usize,
}

/// Reads a file as serde_yaml does.
pub(super) fn serde_yaml(text: &str) -> Result<Reading<'_>, String> {
    let mut reading = Reading::default();
    // After an error the iterator repeats it without end, so the first one must end the loop.
    for document in serde_yaml::Deserializer::from_str(text) {
        let root = Seed(&mut reading).deserialize(document).map_err(|error| error.to_string())?;
        reading.roots.push(root);
    }
    Ok(reading)
}

/// Puts a value into the arena and gives its id.
struct Seed<'r, 't>(&'r mut Reading<'t>);

impl<'t> DeserializeSeed<'t> for Seed<'_, 't> {
    type Value = ValueId;

    fn deserialize<D: serde::Deserializer<'t>>(self, deserializer: D) -> Result<ValueId, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for Seed<'_, 't> {
    type Value = ValueId;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<ValueId, E> {
        Ok(self.0.push(Content::Null))
    }

    // An empty document.
    fn visit_none<E: Error>(self) -> Result<ValueId, E> {
        self.visit_unit()
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<ValueId, E> {
        Ok(self.0.push(Content::Other(value.to_string().into())))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<ValueId, E> {
        self.visit_i128(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<ValueId, E> {
        self.visit_u128(value.into())
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<ValueId, E> {
        Ok(self.0.push(Content::Other(value.to_string().into())))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<ValueId, E> {
        Ok(self.0.push(Content::Other(value.to_string().into())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<ValueId, E> {
        // `{:?}` keeps `1.0` apart from `1`.
        Ok(self.0.push(Content::Other(format!("{value:?}").into())))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<ValueId, E> {
        Ok(self.0.push(Content::String(value.to_owned().into())))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'t str) -> Result<ValueId, E> {
        Ok(self.0.push(Content::String(value.into())))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut data: A) -> Result<ValueId, A::Error> {
        let first = self.0.children.len();
        while let Some(item) = data.next_element_seed(Seed(&mut *self.0))? {
            self.0.children.push(item);
        }
        Ok(self.0.list(first))
    }

    fn visit_map<A: MapAccess<'t>>(self, mut data: A) -> Result<ValueId, A::Error> {
        let first = self.0.children.len();
        while let Some(key) = data.next_key_seed(Seed(&mut *self.0))? {
            let value = data.next_value_seed(Seed(&mut *self.0))?;
            self.0.children.extend([key, value]);
        }
        Ok(self.0.map(first))
    }

    fn visit_enum<A: EnumAccess<'t>>(self, data: A) -> Result<ValueId, A::Error> {
        let (tag, content) = data.variant_seed(PhantomData::<String>)?;
        let id = content.newtype_variant_seed(Seed(&mut *self.0))?;
        self.0.values[id].tag = Some(tag);
        Ok(id)
    }
}
