//! Lines with fewer points that look the same.

type Point = (i32, i32);

/// Points of a line without those that are nearer than `most` to the line through the ones that are left: the way of Ramer,
/// Douglas and Peucker. The ends stay.
pub(super) fn simplified(points: &[Point], most: f64) -> Vec<Point> {
    let mut kept = vec![false; points.len()];
    let mut stretches = vec![(0, points.len().saturating_sub(1))];
    while let Some((first, last)) = stretches.pop() {
        for end in [first, last] {
            kept.get_mut(end).into_iter().for_each(|kept| *kept = true);
        }
        let Some((farthest, _)) = farthest(points, first, last).filter(|(_, away)| *away >= most) else { continue };
        stretches.extend([(first, farthest), (farthest, last)]);
    }
    points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect()
}

/// The point between two others that is farthest from the line through them, and how far.
fn farthest(points: &[Point], first: usize, last: usize) -> Option<(usize, f64)> {
    let between = points.get(first + 1..last)?;
    let ends = [points[first], points[last]];
    let away = between.iter().enumerate().map(|(index, point)| (first + 1 + index, distance(*point, ends)));
    away.max_by(|one, other| one.1.total_cmp(&other.1))
}

/// From a point to the stretch between two others.
fn distance((x, y): Point, [(x1, y1), (x2, y2)]: [Point; 2]) -> f64 {
    let [x, y, x1, y1, x2, y2] = [x, y, x1, y1, x2, y2].map(f64::from);
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { (((x - x1) * dx + (y - y1) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (x - x1 - along * dx).hypot(y - y1 - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_on_a_straight_line_are_left_out_and_corners_stay() {
        let stairs = [(0, 0), (5, 0), (10, 0), (10, 4), (10, 8), (20, 9), (30, 8)];
        assert_eq!(simplified(&stairs, 1.5), [(0, 0), (10, 0), (10, 8), (30, 8)]);
        assert_eq!(simplified(&stairs, 0.5), [(0, 0), (10, 0), (10, 8), (20, 9), (30, 8)]);
    }

    #[test]
    fn nothing_that_is_left_out_is_far_from_what_is_left() {
        let wave: Vec<Point> = (0..500).map(|x| (x, (f64::from(x) / 30.0).sin().mul_add(80.0, 100.0) as i32)).collect();
        let few = simplified(&wave, 2.0);
        assert!(few.len() < wave.len() / 5, "{}", few.len());
        for point in &wave {
            let nearest = few.windows(2).map(|pair| distance(*point, [pair[0], pair[1]])).fold(f64::MAX, f64::min);
            assert!(nearest < 2.0, "{point:?} is {nearest} away");
        }
    }

    #[test]
    fn lines_without_a_middle_stay_as_they_are() {
        for points in [&[][..], &[(1, 2)], &[(1, 2), (3, 4)]] {
            assert_eq!(simplified(points, 2.0), points);
        }
    }
}
