// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

import dev.redrive.Choice;
import dev.redrive.Codec;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.WorkerPool;
import dev.redrive.guard.limits.ConcurrencyLimit;
import dev.redrive.guard.limits.DeadLetterAdmission;
import dev.redrive.guard.limits.RateLimit;
import dev.redrive.guard.limits.RetryBudget;
import java.time.Duration;

/** Limits of a queue, and which message is next. */
final class Limiting {
  private Limiting() {}

  static Queue<String> limited(Redrive redrive) {
    // snippet: limits
    QueueOptions<String> options =
        QueueOptions.builder("mails", Codec.text())
            .gates(
                DeadLetterAdmission.defaults(), // holds the queue when most of it dies
                ConcurrencyLimit.of(4).perHeader("tenant"),
                RateLimit.per(100, Duration.ofMinutes(1)).perKey(),
                RateLimit.perSecond(200).burst(50), // of the queue, fair between keys
                RetryBudget.defaults()) // 20 % of first attempts, and 10 a second
            .build();
    // end
    return redrive.queue(options);
  }

  static void chosen(Redrive redrive) {
    // snippet: choice
    Queue<String> queue =
        redrive.queue(
            QueueOptions.builder("mails", Codec.text())
                .choice(
                    Choice.defaults()
                        .among(1_000, 64 << 20) // messages and bytes in hand
                        .ageing(Duration.ofSeconds(10)) // worth one priority
                        .fairByHeader("tenant")
                        .weight("gold", 3))
                .build());
    queue.send(Outgoing.of("reset your password").priority(9).header("tenant", "gold"));
    // end
  }

  static void shared(Redrive redrive) {
    // snippet: pool
    WorkerPool pool = new WorkerPool("shop", 8); // eight attempts at once, of both
    redrive.queue(QueueOptions.builder("orders", Codec.text()).pool(pool, 3).build());
    redrive.queue(QueueOptions.builder("reports", Codec.text()).pool(pool, 1).build());
    // end
  }
}
