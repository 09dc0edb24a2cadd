//! Ten thousand sources, opened and closed.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;
use typed_eventsource_server::script::Step;

use super::{
    CONTENDERS, Contender, Stage,
    gauges::{Course, Courses, Gauges},
};

const HALF: u32 = 5_000;
/// Before the start, so that all is compiled and every buffer is made.
const WARM: u32 = 500;
const PATIENCE: Duration = Duration::from_secs(300);
const STREAM: &str = "one";

pub(super) async fn run(stage: &Stage) -> Result<Vec<String>> {
    let mut courses = Vec::new();
    for contender in CONTENDERS {
        courses.push(course(stage, contender).await?);
    }
    println!(
        "\n{} sources opened, heard and closed: at the start, in the middle, at the end\n",
        2 * HALF
    );
    print!("{}", Courses(&courses));
    Ok(courses.iter().flat_map(Course::faults).collect())
}

async fn course(stage: &Stage, contender: Contender) -> Result<Course> {
    let event = "event: price\nid: 1\ndata: {\"n\":1}\n\n";
    stage.page.open_prepared().await;
    stage
        .put(STREAM, vec![Step::Send(event.into()), Step::Silence])
        .await?;
    let cycles = async |count| {
        let task = stage.task(contender, STREAM, json!({ "count": count }));
        stage.page.finish("soak.cycles", task, PATIENCE).await
    };
    cycles(WARM).await?;
    let start = Gauges::read(stage).await?;
    let began = Instant::now();
    cycles(HALF).await?;
    let mut took = began.elapsed();
    let middle = Gauges::read(stage).await?;
    let began = Instant::now();
    cycles(HALF).await?;
    took += began.elapsed();
    let end = Gauges::read(stage).await?;
    let Contender { transport, client } = contender;
    Ok(Course {
        label: format!("{transport}, {client}"),
        gauges: [start, middle, end],
        took: took.as_secs_f64(),
    })
}
