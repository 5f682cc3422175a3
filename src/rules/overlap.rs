//! Which of many prefixes overlap with one of another owner: one sweep over the sorted list, not every pair.

use crate::fabric::address::Prefix;

/// Finds, for each prefix that overlaps with one of another owner, one such other. Answers index pairs, sorted by the first.
///
/// Two prefixes are nested or apart, so in sorted order those that hold the present one lie on a stack.
pub(super) fn across<O: PartialEq>(items: &[(Prefix, O)]) -> Vec<(usize, usize)> {
    let key = |index: usize| {
        let (v6, first, last) = items[index].0.range();
        (v6, first, std::cmp::Reverse(last), index)
    };
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|index| key(*index));
    let mut partner: Vec<Option<usize>> = vec![None; items.len()];
    // What holds the present prefix, each with the nearest on or below it that is of another owner than it.
    let mut stack: Vec<(usize, Option<usize>)> = Vec::new();
    // Those on the stack that have no partner yet; all are of one owner, else they would be each other's.
    let mut alone: Vec<usize> = Vec::new();
    for now in order {
        while stack.last().is_some_and(|(top, _)| !items[*top].0.holds(&items[now].0)) {
            if let Some((gone, _)) = stack.pop()
                && alone.last() == Some(&gone)
            {
                alone.pop();
            }
        }
        let other =
            stack.last().and_then(|(top, other)| if items[*top].1 == items[now].1 { *other } else { Some(*top) });
        partner[now] = other;
        if alone.last().is_some_and(|first| items[*first].1 != items[now].1) {
            for index in alone.drain(..) {
                partner[index] = Some(now);
            }
        }
        if other.is_none() {
            alone.push(now);
        }
        stack.push((now, other));
    }
    partner.into_iter().enumerate().filter_map(|(index, other)| Some((index, other?))).collect()
}

/// The first prefix that overlaps with an earlier one of the same list, for each that does.
pub(super) fn within(prefixes: &[Prefix]) -> Vec<(usize, usize)> {
    let owned: Vec<(Prefix, usize)> =
        prefixes.iter().copied().enumerate().map(|(index, prefix)| (prefix, index)).collect();
    across(&owned)
}
