// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class LanesTest extends LanesScene {
  @Test
  void each_job_runs_once() {
    Lanes lanes = lanes(3);

    List<NotedJob> jobs = submit(lanes, 5_000, LanesTest::quick);

    until("the end of all jobs", () -> jobs.stream().allMatch(job -> job.has("ended")));
    assertThat(jobs).allSatisfy(job -> assertThat(job.notes).containsExactly("began", "ended"));
    until("no job to run", () -> lanes.runningCount() == 0);
  }

  @Test
  void no_more_jobs_run_at_once_than_may() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Lanes lanes = lanes(3);

    List<NotedJob> jobs =
        submit(
            lanes,
            500,
            () ->
                new NotedJob(
                    () -> {
                      most.accumulateAndGet(running.incrementAndGet(), Math::max);
                      LockSupport.parkNanos(100_000);
                      running.decrementAndGet();
                    }));

    until("the end of all jobs", () -> jobs.stream().allMatch(job -> job.has("ended")));
    assertThat(most.get()).isBetween(1, 3);
  }

  @Test
  void a_job_that_throws_anything_is_told_and_ends_no_other() {
    Lanes lanes = lanes(1);
    List<Throwable> thrown =
        List.of(
            new IllegalStateException("planned"),
            new StackOverflowError("planned"),
            new OutOfMemoryError("planned"),
            new ThreadDeath());
    List<NotedJob> broken = new ArrayList<>();
    for (Throwable each : thrown) {
      NotedJob job = new NotedJob(() -> LanesTest.<RuntimeException>sneak(each));
      broken.add(job);
      lanes.submit(job);
    }
    NotedJob after = quick();

    lanes.submit(after);

    until("the job after", () -> after.has("ended"));
    for (int i = 0; i < thrown.size(); i++) {
      assertThat(broken.get(i).notes)
          .containsExactly("began", "finished after " + thrown.get(i).getClass().getSimpleName());
    }
  }

  @Test
  void a_thread_that_dies_gives_its_place_back() {
    Lanes lanes = lanes(1);
    NotedJob deadly =
        new NotedJob(
            () -> {
              throw new IllegalStateException("planned");
            }) {
          @Override
          public void finished() {
            super.finished();
            throw new ThreadDeath();
          }
        };
    lanes.submit(deadly);
    until("the end of the thread's job", () -> deadly.has("finished after IllegalStateException"));
    NotedJob after = quick();

    lanes.submit(after);

    until("the job after", () -> after.has("ended"));
    until("no job to run", () -> lanes.runningCount() == 0);
  }

  @Test
  void an_interrupt_that_a_job_leaves_behind_does_not_meet_the_next() {
    Lanes lanes = lanes(1);
    AtomicReference<Boolean> found = new AtomicReference<>(true);
    NotedJob leaving = new NotedJob(() -> Thread.currentThread().interrupt());
    NotedJob next = new NotedJob(() -> found.set(Thread.currentThread().isInterrupted()));

    lanes.submit(leaving);
    lanes.submit(next);

    until("the next job", () -> next.has("ended"));
    assertThat(found.get()).isFalse();
  }

  @Test
  void stopping_interrupts_what_runs_and_tells_what_waits() {
    Lanes lanes = lanes(1);
    NotedJob running = hanging();
    lanes.submit(running);
    List<NotedJob> waiting = submit(lanes, 3, LanesTest::quick);
    until("the running job", () -> running.has("began"));

    lanes.stop();

    assertThat(waiting).allSatisfy(job -> assertThat(job.notes).containsExactly("stopped"));
    until("the interrupt", () -> running.has("ended"));
    assertThat(running.notes).containsExactly("began", "stopped", "ended");
    lanes.stop();
  }

  @Test
  void nothing_runs_once_stopped() {
    Lanes lanes = lanes(1);
    lanes.stop();
    NotedJob late = quick();

    lanes.submit(late);

    assertThat(late.notes).containsExactly("stopped");
  }

  @Test
  void each_job_is_run_or_told_when_stopping_races_with_submitting() throws InterruptedException {
    for (int round = 0; round < 200; round++) {
      Lanes lanes = lanes(2);
      List<NotedJob> jobs = new CopyOnWriteArrayList<>();
      Thread submitter =
          new Thread(() -> jobs.addAll(submit(lanes, 50, LanesTest::quick)), "submitter");
      submitter.start();

      lanes.stop();
      submitter.join();

      until(
          "the end of all jobs",
          () -> jobs.stream().allMatch(job -> job.has("ended") || job.has("stopped")));
      // One that was about to begin is told, and may begin all the same, as one that runs.
      List<NotedJob> told = jobs.stream().filter(job -> job.has("stopped")).toList();
      assertThat(told).allSatisfy(job -> assertThat(job.notes).containsOnlyOnce("stopped"));
    }
  }

  @Test
  void an_abandoned_job_is_interrupted_and_replaced() {
    Lanes lanes = lanes(1);
    NotedJob running = hanging();
    lanes.submit(running);
    NotedJob waiting = quick();
    lanes.submit(waiting);
    until("the running job", () -> running.has("began"));

    lanes.abandon(job -> job == running);

    until("the waiting job", () -> waiting.has("ended"));
    until("the interrupt", () -> running.has("ended"));
    assertThat(running.notes).containsExactly("began", "stopped", "ended");
  }

  @Test
  void a_job_that_comes_as_the_last_lane_leaves_is_run() {
    Lanes lanes = lanes(1);

    for (int i = 0; i < 20_000; i++) {
      AtomicBoolean hasRun = new AtomicBoolean();
      lanes.submit(new NotedJob(() -> hasRun.set(true)));
      // Without a pause: the next one is to meet the lane on its way out.
      long spins = 0;
      while (!hasRun.get()) {
        Thread.onSpinWait();
        if (++spins > 2_000_000_000L) {
          throw new AssertionError("job " + i + " was forgotten");
        }
      }
    }
  }

  @Test
  void a_job_that_was_taken_just_before_the_stop_does_not_run() {
    List<Lanes> stopped = new ArrayList<>();
    Timers stopping =
        new BrokenTimers(time, timer -> timer) {
          @Override
          public long nanoTime() {
            // Asked for the time when the job is taken, and not begun.
            stopped.forEach(Lanes::stop);
            return super.nanoTime();
          }
        };
    Environment environment =
        new Environment(time, stopping, new Random(1), Runnable::run, Thread::new);
    Lanes lanes = new Lanes(environment, Runnable::run, 1, TIMEOUT);
    stopped.add(lanes);
    NotedJob job = quick();

    lanes.submit(job);

    assertThat(job.notes).containsExactly("stopped");
  }

  @Test
  void jobs_wait_for_a_thread_that_is_refused_for_now() {
    AtomicInteger refusals = new AtomicInteger(3);
    Executor moody =
        task -> {
          if (refusals.getAndDecrement() > 0) {
            throw new RejectedExecutionException("planned");
          }
          pool.execute(task);
        };
    Lanes lanes = new Lanes(time.environment(1), moody, 1, TIMEOUT);
    NotedJob job = quick();
    lanes.submit(job);
    assertThat(job.notes).isEmpty();

    time.advance(Duration.ofSeconds(1));

    until("the end of the job", () -> job.has("ended"));
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> void sneak(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
