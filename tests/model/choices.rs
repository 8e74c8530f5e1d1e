//! What a generator decides, as a list of numbers: the list shrinks, and with it what is made of it.

/// Decisions to be made in order. Where there are none left, each is the simplest.
pub(crate) struct Choices {
    values: Vec<u16>,
    at: usize,
}

impl Choices {
    pub(crate) fn new(values: Vec<u16>) -> Self {
        Self { values, at: 0 }
    }

    /// Gives a number below `end`; 0 is the simplest.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let value = self.values.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(value) % end.max(1)
    }

    /// Says yes in so many of a hundred cases; no is the simplest.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// Gives one of some things; the first is the simplest.
    pub(crate) fn pick<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[self.below(things.len())]
    }

    /// Takes one of some things out, if there is one.
    pub(crate) fn take<T>(&mut self, things: &mut Vec<T>) -> Option<T> {
        if things.is_empty() {
            return None;
        }
        let at = self.below(things.len());
        Some(things.remove(at))
    }

    /// Brings things into another order; their own is the simplest.
    pub(crate) fn shuffle<T>(&mut self, things: &mut [T]) {
        for at in 1..things.len() {
            let other = at - self.below(at + 1);
            things.swap(at, other);
        }
    }
}
