//! Lines with fewer points that look the same.

use std::collections::BTreeSet;

use super::svg::Point;

/// Points of a line without those nearer than `most` to the line through the ones that are left (Ramer, Douglas and
/// Peucker). The ends stay.
pub(super) fn simplified(points: &[Point], most: f64) -> Vec<Point> {
    let last = points.len().saturating_sub(1);
    let mut kept = BTreeSet::from([0, last]);
    let mut stretches = vec![(0, last)];
    while let Some((first, last)) = stretches.pop() {
        let away = |index: usize| distance(points[index], [points[first], points[last]]);
        let farthest =
            (first + 1..last).map(|index| (index, away(index))).max_by(|one, other| one.1.total_cmp(&other.1));
        if let Some((farthest, _)) = farthest.filter(|(_, away)| *away >= most) {
            kept.insert(farthest);
            stretches.extend([(first, farthest), (farthest, last)]);
        }
    }
    kept.into_iter().filter_map(|index| points.get(index).copied()).collect()
}

/// From a point to the stretch between two others.
fn distance((x, y): Point, [(x1, y1), (x2, y2)]: [Point; 2]) -> f64 {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { (((x - x1) * dx + (y - y1) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (x - x1 - along * dx).hypot(y - y1 - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straight_stretches_lose_points_and_corners_stay() {
        let stairs = [(0.0, 0.0), (5.0, 0.0), (10.0, 0.0), (10.0, 4.0), (10.0, 8.0), (20.0, 9.0), (30.0, 8.0)];
        assert_eq!(simplified(&stairs, 1.5), [0, 2, 4, 6].map(|index| stairs[index]));
        assert_eq!(simplified(&stairs, 0.5), [0, 2, 4, 5, 6].map(|index| stairs[index]));
        assert!(simplified(&[], 0.5).is_empty());
    }

    #[test]
    fn points_left_out_are_near_the_line() {
        let wave: Vec<Point> = (0..500).map(f64::from).map(|x| (x, (x / 30.0).sin().mul_add(80.0, 100.0))).collect();
        let few = simplified(&wave, 2.0);
        assert!(few.len() < wave.len() / 5, "{}", few.len());
        for point in &wave {
            let nearest = few.windows(2).map(|pair| distance(*point, [pair[0], pair[1]])).fold(f64::MAX, f64::min);
            assert!(nearest < 2.0, "{point:?} is {nearest} away");
        }
    }
}
