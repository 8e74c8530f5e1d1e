//! Many paths in little room.

use std::sync::Arc;

use rayon::prelude::*;

/// Paths from the root in the order of their bytes, each once. Copies share them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths(Arc<Inner>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Inner {
    /// All paths, each with a NUL behind it.
    text: String,
    /// Where each starts.
    starts: Vec<usize>,
}

impl Paths {
    /// Takes paths with a NUL behind each, in order, each once.
    pub(super) fn of_sorted(text: String) -> Self {
        let ends = memchr::memchr_iter(0, text.as_bytes()).map(|end| end + 1);
        let mut starts: Vec<usize> = std::iter::once(0).chain(ends).collect();
        starts.pop();
        let paths = Self(Arc::new(Inner { text, starts }));
        debug_assert!(paths.iter().is_sorted_by(|one, other| one < other), "not in order");
        paths
    }

    /// Gives how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.starts.len()
    }

    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.starts.is_empty()
    }

    /// Gives a path by its place in the order.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&str> {
        let start = *self.0.starts.get(at)?;
        let end = self.0.starts.get(at + 1).copied().unwrap_or(self.0.text.len()) - 1;
        self.0.text.get(start..end)
    }

    /// Gives all in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &str> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// Gives all in order, to several threads.
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = &str> {
        (0..self.len()).into_par_iter().map(|at| self.get(at).unwrap_or_default())
    }

    /// Gives those in a folder and all below it, in order; the root's folder is empty.
    pub fn within(&self, folder: &str) -> impl Iterator<Item = &str> {
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let start = self.place(&below).unwrap_or_else(|at| at);
        let inner = (start..self.len()).map_while(|at| self.get(at));
        inner.take_while(move |path| path.starts_with(&below))
    }

    /// Tells whether a path is one of them.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        self.place(path).is_ok()
    }

    /// Adds paths.
    pub(super) fn extend(&mut self, paths: impl IntoIterator<Item = String>) {
        let mut new: Vec<String> = paths.into_iter().filter(|path| !self.contains(path)).collect();
        if new.is_empty() {
            return;
        }
        new.sort_unstable();
        new.dedup();
        let mut text = String::with_capacity(self.0.text.len() + new.len() * 32);
        let mut new = new.iter().map(String::as_str).peekable();
        let mut push = |path: &str| text.extend([path, "\0"]);
        for path in self.iter() {
            while let Some(earlier) = new.next_if(|new| *new < path) {
                push(earlier);
            }
            push(path);
        }
        new.for_each(push);
        *self = Self::of_sorted(text);
    }

    /// Takes paths away, by their places in the order, in order.
    pub(super) fn remove(&mut self, places: &[usize]) {
        if places.is_empty() {
            return;
        }
        let kept = (0..self.len()).filter(|at| places.binary_search(at).is_err());
        let mut text = String::with_capacity(self.0.text.len());
        kept.filter_map(|at| self.get(at)).for_each(|path| text.extend([path, "\0"]));
        *self = Self::of_sorted(text);
    }

    /// Gives a path's place in the order, or that where it would stand.
    pub(super) fn place(&self, path: &str) -> Result<usize, usize> {
        let (text, starts) = (&self.0.text, &self.0.starts);
        // What stands behind a path, a NUL, comes before all else.
        let path_at = |start: usize| text.as_bytes().get(start..).unwrap_or_default();
        starts.binary_search_by(|&start| {
            let rest = path_at(start);
            let length = rest.len().min(path.len());
            let (ours, behind) = rest.split_at(length);
            ours.cmp(path.as_bytes()).then_with(|| match behind.first() {
                Some(0) => std::cmp::Ordering::Equal,
                _ => std::cmp::Ordering::Greater,
            })
        })
    }
}

impl<S: Into<String>> FromIterator<S> for Paths {
    fn from_iter<I: IntoIterator<Item = S>>(paths: I) -> Self {
        let mut found = Self::default();
        found.extend(paths.into_iter().map(Into::into));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::Paths;

    #[test]
    fn paths_are_in_order_and_found() {
        let mut paths: Paths = ["b/c", "a", "b", "a-b", "b/c"].into_iter().collect();
        let all = |paths: &Paths| paths.iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(all(&paths), ["a", "a-b", "b", "b/c"]);
        for path in ["a", "a-b", "b", "b/c"] {
            assert!(paths.contains(path), "{path}");
        }
        for path in ["", "a-", "a-bc", "b/", "c", "b/c/d", "aa", "ab", "A"] {
            assert!(!paths.contains(path), "{path}");
        }
        let within = |folder| paths.within(folder).collect::<Vec<_>>();
        assert_eq!((within("b"), within("a"), within("").len()), (vec!["b/c"], vec![], 4));
        paths.extend(["", "aa", "z", "b"].map(str::to_owned));
        assert_eq!(all(&paths), ["", "a", "a-b", "aa", "b", "b/c", "z"]);
        paths.remove(&[0, 3, 6]);
        assert_eq!(all(&paths), ["a", "a-b", "b", "b/c"]);
        assert_eq!((paths.get(4), paths.get(3), paths.len()), (None, Some("b/c"), 4));
        assert!(!Paths::default().contains("a") && Paths::default().is_empty());
    }
}
