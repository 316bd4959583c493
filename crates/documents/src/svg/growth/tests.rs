//! Growth charts: what is drawn where, and what is told in words.

use super::drawing::{apart, broken};
use super::*;

fn chart() -> GrowthChart {
    GrowthChart {
        title: "BB/U <A>".into(),
        description: "5 & 6".into(),
        sex: "Laki-laki".into(),
        x: Axis {
            title: "Umur (bulan)".into(),
            from: 0.0,
            to: 24.0,
            ticks: vec![(0.0, "0".into()), (1.0, String::new()), (24.0, "24".into())],
        },
        y: Axis { title: "kg".into(), from: 0.0, to: 10.0, ticks: vec![(5.0, "5".into())] },
        bands: [(BandTone::Normal, "Gizi baik", 10.0), (BandTone::Low, "Berisiko gizi lebih", 5.0)]
            .map(|(tone, label, y)| Band { tone, label: label.into(), top: vec![(0.0, y), (24.0, y)] })
            .to_vec(),
        lines: vec![StandardLine { z: -2, curve: vec![(0.0, 2.0), (12.0, 3.0), (24.0, 4.0)] }],
        points: vec![
            GrowthPoint { x: 0.0, y: 5.0, doubtful: false },
            GrowthPoint { x: 6.0, y: 99.0, doubtful: true },
            GrowthPoint { x: 12.0, y: 10.0, doubtful: false },
        ],
        doubtful: "ukur ulang".into(),
        rows: vec![AxisRow {
            label: "bantuan (kali)".into(),
            cells: vec![(3.0, 4.0, "2".into()), (4.0, 5.0, "Oktober".into())],
        }],
        ..GrowthChart::default()
    }
}

#[test]
fn points_stand_where_they_were_measured_and_an_implausible_one_is_not_joined() {
    let svg = chart().render(Width::Wide);
    // 0 to 24 months lie between 36 and 500, 0 to 10 kg between 364 and 24.
    assert!(svg.contains("<path class=\"child\" d=\"M36 194l232-170\"/>"), "{svg}");
    assert!(svg.contains("<path class=\"dots\" d=\"M36 194h0m232-170h0\"/>"), "{svg}");
    assert!(svg.contains("<circle class=\"doubtful\" cx=\"152\" cy=\"24\" r=\"4\"/>"), "{svg}");
    assert!(svg.contains(">! ukur ulang<"));
    let sure = GrowthChart { points: vec![], ..chart() }.render(Width::Wide);
    assert!(!sure.contains("ukur ulang") && !sure.contains("class=\"child\""));
}

#[test]
fn everything_is_told_in_words_and_not_by_colour_alone() {
    for svg in [chart().render(Width::Wide), chart().render(Width::Narrow), chart().sheet()] {
        for words in [
            ">Laki-laki<",
            ">Gizi baik<",
            "gizi lebih<",
            ">-2<",
            ">kg<",
            ">Umur (bulan)<",
            ">bantuan (kali)<",
        ] {
            assert!(svg.contains(words), "{words}: {svg}");
        }
        assert!(svg.contains("role=\"img\"") && svg.contains("<title>BB/U &lt;A&gt;</title>"));
        assert!(svg.contains("<desc>5 &amp; 6</desc>") && !svg.contains("style="));
        assert!(svg.contains("class=\"frame boy\""));
    }
    let girl = GrowthChart { frame: FrameTone::Girl, ..chart() };
    assert!(girl.render(Width::Wide).contains("class=\"frame girl\""));
}

#[test]
fn what_does_not_fit_a_column_is_a_mark() {
    let svg = chart().render(Width::Narrow);
    assert_eq!(svg.matches("class=\"mark\"").count(), 2);
    assert!(svg.contains(">2</text>") && !svg.contains("Oktober"), "{svg}");
    assert!(chart().sheet().contains("class=\"rule\""), "a sheet is ruled");
}

#[test]
fn weights_of_three_years_of_months_keep_clear_of_the_lines_between_them() {
    let tight = |months: u32, words: &str| {
        let cells = (0..months).map(|month| (f64::from(month), f64::from(month + 1), words.to_owned()));
        let rows = vec![AxisRow { label: "Berat".into(), cells: cells.collect() }];
        let x = Axis { to: f64::from(months), ..chart().x };
        GrowthChart { x, rows, ..chart() }.sheet().contains("class=\"s tight\"")
    };
    assert!(tight(36, "12,4"), "smaller letters");
    assert!(!tight(36, "200") && !tight(24, "12,4"), "as all others");
}

#[test]
fn labels_of_the_axis_have_room() {
    let months = (0..=24).step_by(2).map(|month| (f64::from(month), format!("<{month}>"))).collect();
    let x = Axis { ticks: months, ..chart().x };
    let chart = GrowthChart { x, ..chart() };
    let labels = |width| chart.render(width).matches(">&lt;").count();
    assert_eq!((labels(Width::Wide), labels(Width::Narrow)), (13, 7));
}

#[test]
fn words_do_not_overlap_and_stay_inside() {
    let mut words: Vec<(f64, Vec<String>)> = [(100.0, 1), (104.0, 2), (99.0, 1), (380.0, 1)]
        .map(|(y, lines)| (y, vec![String::new(); lines]))
        .to_vec();
    apart(&mut words, (24.0, 364.0));
    let places: Vec<f64> = words.iter().map(|(y, _)| *y).collect();
    assert_eq!(places, [357.5, 104.0, 84.5, 71.5]);
    assert_eq!(broken("Berisiko gizi lebih", 13), ["Berisiko", "gizi lebih"]);
    assert_eq!(broken("Normal", 13), ["Normal"]);
    assert_eq!(broken("Tanpaspasitetapipanjang", 13), ["Tanpaspasitetapipanjang"]);
}

#[test]
fn extremes_draw() {
    let wild = [f64::MAX, f64::MIN, f64::NAN, f64::INFINITY];
    let points = wild.map(|n| GrowthPoint { x: n, y: n, doubtful: false }).to_vec();
    let mut chart = GrowthChart { points, ..chart() };
    chart.lines[0].curve = wild.map(|n| (n, n)).to_vec();
    for svg in [chart.render(Width::Wide), GrowthChart::default().sheet()] {
        assert!(!svg.contains("NaN") && !svg.contains("inf") && svg.ends_with("</svg>"));
    }
}
