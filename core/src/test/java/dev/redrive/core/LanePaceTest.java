// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LanePaceTest extends LanesScene {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final int MANY = PROCESSORS + 3;

  // Whether a lane is through before who started it goes on.
  private volatile boolean isDirect;

  private void execute(Runnable lane) {
    if (isDirect) {
      lane.run();
    } else {
      pool.execute(lane);
    }
  }

  private void runToItsEnd(Lanes lanes, NotedJob job) {
    isDirect = true;
    lanes.submit(job);
    isDirect = false;
    assertThat(job.notes).containsExactly("began", "ended");
  }

  /** The clock stands, so that whatever returns was brief. */
  private Lanes provenBrief() {
    Lanes lanes = new Lanes(time.environment(1), this::execute, MANY, TIMEOUT);
    runToItsEnd(lanes, quick());
    return lanes;
  }

  @Test
  void unknown_jobs_get_a_lane_each() {
    Lanes lanes = lanes(MANY);

    List<NotedJob> jobs = submit(lanes, MANY, LanesScene::hanging);

    until("all jobs", () -> began(jobs) == MANY);
    lanes.stop();
  }

  @Test
  void brief_jobs_get_no_more_lanes_than_there_are_processors() {
    Lanes lanes = provenBrief();

    List<NotedJob> jobs = submit(lanes, MANY, LanesScene::hanging);

    until("the first jobs", () -> began(jobs) == PROCESSORS);
    assertThat(threads).hasSize(PROCESSORS);
    lanes.stop();
  }

  @Test
  void jobs_that_were_thought_brief_get_a_lane_each_when_the_lanes_are_stuck() {
    Lanes lanes = provenBrief();
    List<NotedJob> jobs = submit(lanes, MANY, LanesScene::hanging);
    until("the first jobs", () -> began(jobs) == PROCESSORS);

    time.advance(Duration.ofMillis(3));

    until("all jobs", () -> began(jobs) == MANY);
    lanes.stop();
  }

  @Test
  void a_lane_that_took_its_time_makes_jobs_count_as_slow() {
    Lanes lanes = provenBrief();
    runToItsEnd(lanes, new NotedJob(() -> time.advance(Duration.ofMillis(2))));

    List<NotedJob> jobs = submit(lanes, MANY, LanesScene::hanging);

    until("all jobs", () -> began(jobs) == MANY);
    lanes.stop();
  }

  @Test
  void jobs_submitted_together_start_a_lane_each_and_none_before_the_last() {
    List<Runnable> started = new ArrayList<>();
    Lanes lanes = new Lanes(time.environment(1), started::add, MANY, TIMEOUT);

    lanes.together(
        () -> {
          submit(lanes, 3, LanesScene::quick);
          assertThat(started).isEmpty();
        });

    assertThat(started).hasSize(3);
  }

  @Test
  void what_fails_among_jobs_submitted_together_keeps_no_job_from_its_lane() {
    List<Runnable> started = new ArrayList<>();
    Lanes lanes = new Lanes(time.environment(1), started::add, MANY, TIMEOUT);

    try {
      lanes.together(
          () -> {
            lanes.submit(quick());
            throw new IllegalStateException("planned");
          });
    } catch (IllegalStateException planned) {
      assertThat(started).hasSize(1);
    }
    lanes.submit(quick());

    assertThat(started).hasSize(2);
  }
}
