//! Circles of what needs one another.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Gives circles in what each needs, one for each that is in any: the shortest, from its first on and
/// without its end.
pub(super) fn circles<N: Copy + Ord>(needs: BTreeMap<N, BTreeSet<N>>) -> Vec<Vec<N>> {
    let needs = without_ends(needs);
    let mut told: BTreeSet<N> = BTreeSet::new();
    let mut found = Vec::new();
    for &start in needs.keys() {
        // Each circle is told from its first.
        let Some(circle) = shortest(&needs, start).filter(|_| !told.contains(&start)) else {
            continue;
        };
        told.extend(&circle);
        found.push(circle);
    }
    found
}

/// Leaves out those from which every way ends, which are all of them where there is no circle.
fn without_ends<N: Copy + Ord>(mut needs: BTreeMap<N, BTreeSet<N>>) -> BTreeMap<N, BTreeSet<N>> {
    let mut users: BTreeMap<N, Vec<N>> = BTreeMap::new();
    let mut open: BTreeMap<N, usize> = BTreeMap::new();
    for (&name, needed) in &needs {
        let known: Vec<N> =
            needed.iter().copied().filter(|other| needs.contains_key(other)).collect();
        open.insert(name, known.len());
        for other in known {
            users.entry(other).or_default().push(name);
        }
    }
    let mut ends: Vec<N> =
        open.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    while let Some(end) = ends.pop() {
        needs.remove(&end);
        for user in users.get(&end).into_iter().flatten() {
            let Some(count) = open.get_mut(user) else { continue };
            *count -= 1;
            if *count == 0 {
                ends.push(*user);
            }
        }
    }
    needs
}

/// Gives the shortest way from one back to itself, without the end.
fn shortest<N: Copy + Ord>(needs: &BTreeMap<N, BTreeSet<N>>, start: N) -> Option<Vec<N>> {
    let mut came_from: BTreeMap<N, N> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for &next in needs.get(&at).into_iter().flatten() {
            if next == start {
                let mut way: Vec<N> =
                    std::iter::successors(Some(at), |at| came_from.get(at).copied()).collect();
                way.reverse();
                return Some(way);
            }
            came_from.entry(next).or_insert_with(|| {
                queue.push_back(next);
                at
            });
        }
    }
    None
}
