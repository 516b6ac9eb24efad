// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.TaskQueue;
import dev.redrive.TaskQueueOptions;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A queue of tasks in one thread on virtual time, and tasks that note when they start. */
abstract class TaskQueueScene {
  static final RetryPolicy FOUR =
      RetryPolicy.builder()
          .backoff(
              Backoff.list(Duration.ofMillis(1), Duration.ofSeconds(5), Duration.ofMinutes(10)))
          .jitter(Jitter.none())
          .attempts(4)
          .build();

  final VirtualTime time = new VirtualTime();
  final List<Duration> starts = new ArrayList<>();

  final TaskQueue open(TaskQueueOptions.Builder options) {
    return Engine.taskQueue(options.build(), time.environment(1), time);
  }

  static TaskQueueOptions.Builder options() {
    return TaskQueueOptions.builder("tasks").policy(FOUR);
  }

  final <R> Callable<R> failing(int failures, Callable<R> then) {
    return () -> {
      starts.add(Duration.between(VirtualTime.START, time.instant()));
      if (starts.size() <= failures) {
        throw new IOException("planned " + starts.size());
      }
      return then.call();
    };
  }
}
