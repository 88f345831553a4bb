//! The lines by which two texts differ.

use crate::views::DiffLine;

/// Texts whose lines differ more than this are shown as removed and added as a whole: the comparison takes time and
/// memory in proportion to the product of their numbers.
const MOST_PAIRS: usize = 2_000_000;
/// Lines that are shown around a difference.
const CONTEXT: usize = 3;

/// The lines of `before` and `after`, with those left out that are the same and far from any difference.
pub(super) fn compare(before: &str, after: &str) -> Vec<DiffLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_middle, new_middle) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);
    let same = |lines: &[&str]| lines.iter().map(|line| DiffLine::Same((*line).to_owned())).collect::<Vec<_>>();
    let mut lines = same(&old[..head]);
    lines.extend(middle(old_middle, new_middle));
    lines.extend(same(&old_rest[old_rest.len() - tail..]));
    shortened(lines)
}

fn middle(old: &[&str], new: &[&str]) -> Vec<DiffLine> {
    let width = new.len() + 1;
    let mut lines = Vec::with_capacity(old.len() + new.len());
    let (mut i, mut j) = (0, 0);
    if old.len() * new.len() <= MOST_PAIRS {
        // The length of the longest common subsequence of what follows, for each pair of places.
        let mut longest = vec![0_u32; (old.len() + 1) * width];
        for i in (0..old.len()).rev() {
            for j in (0..new.len()).rev() {
                longest[i * width + j] = if old[i] == new[j] {
                    longest[(i + 1) * width + j + 1] + 1
                } else {
                    longest[(i + 1) * width + j].max(longest[i * width + j + 1])
                };
            }
        }
        while i < old.len() && j < new.len() {
            if old[i] == new[j] {
                lines.push(DiffLine::Same(old[i].to_owned()));
                (i, j) = (i + 1, j + 1);
            } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
                lines.push(DiffLine::Removed(old[i].to_owned()));
                i += 1;
            } else {
                lines.push(DiffLine::Added(new[j].to_owned()));
                j += 1;
            }
        }
    }
    lines.extend(old[i..].iter().map(|line| DiffLine::Removed((*line).to_owned())));
    lines.extend(new[j..].iter().map(|line| DiffLine::Added((*line).to_owned())));
    lines
}

fn shortened(lines: Vec<DiffLine>) -> Vec<DiffLine> {
    let differs: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| !matches!(line, DiffLine::Same(_))).map(|(i, _)| i).collect();
    let is_near = |i: usize| {
        let next = differs.partition_point(|place| *place < i);
        let after = differs.get(next).is_some_and(|place| place - i <= CONTEXT);
        after || next.checked_sub(1).and_then(|last| differs.get(last)).is_some_and(|place| i - place <= CONTEXT)
    };
    let mut shown = Vec::new();
    for (i, line) in lines.into_iter().enumerate() {
        match shown.last_mut() {
            _ if is_near(i) => shown.push(line),
            Some(DiffLine::Skipped(count)) => *count += 1,
            _ => shown.push(DiffLine::Skipped(1)),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(lines: &[DiffLine]) -> Vec<String> {
        let word = |line: &DiffLine| match line {
            DiffLine::Same(text) => format!(" {text}"),
            DiffLine::Removed(text) => format!("-{text}"),
            DiffLine::Added(text) => format!("+{text}"),
            DiffLine::Skipped(count) => format!("…{count}"),
        };
        lines.iter().map(word).collect()
    }

    #[test]
    fn differences_are_shown_with_what_is_around_them() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh";
        assert_eq!(
            words(&compare(before, "a\nb\nc\nd\nE\nf\ng\nh")),
            ["…1", " b", " c", " d", "-e", "+E", " f", " g", " h"]
        );
        assert_eq!(words(&compare(before, before)), ["…8"]);
        assert_eq!(words(&compare("", "a")), ["+a"]);
        assert_eq!(words(&compare("a\nx\nb", "x\nc\nb")), ["-a", " x", "+c", " b"]);
    }

    #[test]
    fn very_different_texts_are_shown_as_a_whole() {
        let [one, other] =
            ["a", "b"].map(|word| (0..2_000).map(|n| format!("{word}{n}\n")).collect::<Vec<_>>().concat());
        assert_eq!(compare(&one, &other).len(), 4_000);
    }

    proptest! {
        #[test]
        fn a_comparison_has_both_texts(before in "[ab\n]{0,40}", after in "[ab\n]{0,40}") {
            let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
            let lines = middle(&old, &new);
            let side = |removed: bool| -> Vec<String> {
                lines.iter().filter_map(|line| match line {
                    DiffLine::Same(text) => Some(text.clone()),
                    DiffLine::Removed(text) if removed => Some(text.clone()),
                    DiffLine::Added(text) if !removed => Some(text.clone()),
                    _ => None,
                }).collect()
            };
            prop_assert_eq!(side(true), old);
            prop_assert_eq!(side(false), new);
        }
    }
}
