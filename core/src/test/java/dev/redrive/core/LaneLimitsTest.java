// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.spi.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Timeouts, and how many lanes there may be. */
class LaneLimitsTest extends LanesScene {
  @Test
  void a_job_that_hangs_is_interrupted_at_its_timeout_and_replaced() {
    Lanes lanes = lanes(1);
    NotedJob hanging = hanging();
    lanes.submit(hanging);
    NotedJob waiting = quick();
    lanes.submit(waiting);
    until("the hanging job", () -> hanging.has("began"));

    time.advance(TIMEOUT.minusMillis(1));
    assertThat(hanging.notes).containsExactly("began");
    time.advance(Duration.ofMillis(1));

    until("the waiting job", () -> waiting.has("ended"));
    until("the interrupt", () -> hanging.has("ended"));
    assertThat(hanging.notes).containsExactly("began", "timed out", "ended");
  }

  @Test
  void a_job_that_ignores_its_interrupt_loses_its_lane_all_the_same() {
    Lanes lanes = lanes(1);
    NotedJob stubborn = stubborn();
    lanes.submit(stubborn);
    until("the stubborn job", () -> stubborn.has("began"));

    time.advance(TIMEOUT);

    assertThat(stubborn.notes).containsExactly("began", "timed out");
    assertThat(lanes.runningCount()).isZero();
    NotedJob after = quick();
    lanes.submit(after);
    until("the job after", () -> after.has("ended"));
  }

  @Test
  void the_interrupt_of_a_timeout_never_meets_what_its_thread_does_next() {
    // One thread serves everything, so an interrupt that comes late would meet somebody.
    ExecutorService single = Executors.newSingleThreadExecutor(this::thread);
    Lanes lanes = new Lanes(time.environment(1), single, 1, TIMEOUT);
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch isOver = new CountDownLatch(1);
    AtomicBoolean wasInterrupted = new AtomicBoolean();
    NotedJob slow =
        new NotedJob(() -> until("the gate", () -> gate.getCount() == 0)) {
          @Override
          public void timedOut() {
            // It returns between the word on its timeout and the interrupt.
            gate.countDown();
            until("its return", () -> has("ended"));
            LockSupport.parkNanos(20_000_000);
          }
        };
    NotedJob next =
        new NotedJob(
            () -> {
              until("the end of the timeout", () -> isOver.getCount() == 0);
              wasInterrupted.set(Thread.currentThread().isInterrupted());
            });
    lanes.submit(slow);
    lanes.submit(next);
    until("the slow job", () -> slow.has("began"));

    time.advance(TIMEOUT);
    isOver.countDown();

    until("the next job", () -> next.has("ended"));
    assertThat(wasInterrupted).isFalse();
    single.shutdownNow();
  }

  @Test
  void jobs_that_return_just_as_their_timeout_passes_are_told_one_end_or_both_but_never_none() {
    Lanes lanes = lanes(1);
    for (int i = 0; i < 200; i++) {
      CountDownLatch gate = new CountDownLatch(1);
      NotedJob slow = new NotedJob(() -> until("the gate", () -> gate.getCount() == 0));
      lanes.submit(slow);
      until("the slow job", () -> slow.has("began"));

      gate.countDown();
      time.advance(TIMEOUT);

      until("its end", () -> slow.has("ended"));
      NotedJob next = quick();
      lanes.submit(next);
      until("the next job", () -> next.has("ended"));
    }
  }

  @Test
  void only_so_many_threads_may_be_lost_to_jobs_that_never_return() {
    Lanes lanes = lanes(2);
    List<NotedJob> stuck = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      stuck.addAll(submit(lanes, 2, this::stubborn));
      long expected = Math.min(2 * i, 16);
      until("as many as may be lost", () -> began(stuck) == expected);
      time.advance(TIMEOUT);
    }

    assertThat(began(stuck)).isEqualTo(16);
    assertThat(threads).hasSize(16);
    end.countDown();
    until("the jobs that waited", () -> stuck.stream().allMatch(job -> job.has("ended")));
  }

  @Test
  void a_clock_that_jumps_neither_ends_a_job_nor_lets_it_go_on_for_ever() {
    Lanes lanes = lanes(1);
    NotedJob hanging = hanging();
    lanes.submit(hanging);
    until("the hanging job", () -> hanging.has("began"));

    time.shift(Duration.ofHours(1));
    time.advance(TIMEOUT.minusMillis(1));
    assertThat(hanging.notes).containsExactly("began");
    time.shift(Duration.ofHours(-2));
    time.advance(Duration.ofMillis(1));

    until("the interrupt", () -> hanging.has("ended"));
    assertThat(hanging.notes).containsExactly("began", "timed out", "ended");
  }

  @Test
  void a_shorter_timeout_holds_for_jobs_that_begin_from_then_on() {
    Lanes lanes = lanes(2);
    NotedJob old = hanging();
    lanes.submit(old);
    until("the old job", () -> old.has("began"));
    lanes.limit(2, Duration.ofSeconds(1));
    NotedJob young = hanging();
    lanes.submit(young);
    until("the young job", () -> young.has("began"));

    time.advance(Duration.ofSeconds(1));

    assertThat(young.has("timed out")).isTrue();
    assertThat(old.has("timed out")).isFalse();
    time.advance(Duration.ofSeconds(9));
    assertThat(old.has("timed out")).isTrue();
  }

  @Test
  void more_lanes_start_when_more_may() {
    Lanes lanes = lanes(1);
    List<NotedJob> jobs = submit(lanes, 4, LanesTest::hanging);
    until("the first job", () -> began(jobs) == 1);

    lanes.limit(3, TIMEOUT);

    until("two more", () -> began(jobs) == 3);
    assertThat(lanes.runningCount()).isEqualTo(3);
    lanes.stop();
  }

  @Test
  void lanes_that_are_too_many_end_with_their_jobs() {
    Lanes lanes = lanes(3);
    CountDownLatch gate = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<NotedJob> first =
        submit(lanes, 3, () -> new NotedJob(() -> until("the gate", () -> gate.getCount() == 0)));
    until("the first jobs", () -> began(first) == 3);

    lanes.limit(1, TIMEOUT);
    List<NotedJob> later =
        submit(
            lanes,
            100,
            () ->
                new NotedJob(
                    () -> {
                      most.accumulateAndGet(running.incrementAndGet(), Math::max);
                      LockSupport.parkNanos(100_000);
                      running.decrementAndGet();
                    }));
    gate.countDown();

    until("the later jobs", () -> later.stream().allMatch(job -> job.has("ended")));
    assertThat(most).hasValue(1);
  }

  @Test
  void a_timeout_without_end_is_none() {
    Lanes lanes = new Lanes(time.environment(1), pool, 1, Duration.ofSeconds(Long.MAX_VALUE));
    NotedJob job = hanging();
    lanes.submit(job);
    until("the job", () -> job.has("began"));

    time.advance(Duration.ofDays(10_000));

    assertThat(job.notes).containsExactly("began");
    lanes.stop();
  }

  @Test
  void a_timeout_costs_no_timer_of_its_own() {
    Lanes lanes = lanes(8);
    List<NotedJob> jobs = submit(lanes, 2_000, LanesTest::quick);

    until("the end of all jobs", () -> jobs.stream().allMatch(job -> job.has("ended")));

    // The sweep for timeouts, and the look at jobs that were left to the lanes there were.
    assertThat(time.pending()).isLessThanOrEqualTo(2);
  }

  @Test
  void a_job_whose_timeout_cannot_be_watched_runs_all_the_same() {
    Environment environment =
        BrokenTimers.environment(
            time,
            timer -> {
              throw new IllegalStateException("planned");
            });
    Lanes lanes = new Lanes(environment, Runnable::run, 1, TIMEOUT);
    NotedJob job = quick();

    lanes.submit(job);

    assertThat(job.notes).containsExactly("began", "ended");
  }
}
