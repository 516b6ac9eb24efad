// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What is to become of each message of a flow: decided by the seed, the message's id and the
 * attempt alone, so that senders, workers of any process and whoever checks them agree.
 *
 * <p>Some 8 % of the attempts fail, some 1 % of the messages end among the dead letters, and a
 * tenth is sent to be due later.
 *
 * @param queue the queue they go through
 * @param seed where chance begins
 */
record FlowPlan(String queue, long seed) implements Plan {
  /** Without jitter, so that whoever checks knows the earliest time of the next attempt. */
  private static final List<Duration> PAUSES =
      List.of(Duration.ofMillis(40), Duration.ofMillis(300), Duration.ofMillis(2_200));

  static final int ATTEMPTS = 4;
  private static final int FAILING_PERMILLE = 75;
  private static final int REFUSED_PERMILLE = 4;
  private static final int DOOMED_PERMILLE = 5;
  private static final int DELAYED_PERMILLE = 100;
  private static final int DELAY_MILLIS_MAX = 3_000;
  private static final int PADDING_MAX = 400;

  /** What an attempt comes to. */
  enum Outcome {
    SUCCESS,
    /** Another attempt follows, unless it was the last one. */
    FAILURE,
    /** The message goes to the dead letters at once. */
    REFUSAL
  }

  Outcome outcome(String id, int attempt) {
    if (draw(id, 0, 1_000) < DOOMED_PERMILLE) {
      return Outcome.FAILURE;
    }
    int drawn = draw(id, attempt, 1_000);
    if (drawn < REFUSED_PERMILLE) {
      return Outcome.REFUSAL;
    }
    return drawn < REFUSED_PERMILLE + FAILING_PERMILLE ? Outcome.FAILURE : Outcome.SUCCESS;
  }

  @Override
  public End end(String id) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Outcome outcome = outcome(id, attempt);
      if (outcome != Outcome.FAILURE) {
        return new End(attempt, outcome == Outcome.REFUSAL);
      }
    }
    return new End(ATTEMPTS, true);
  }

  @Override
  public boolean isLast(String id, int attempt) {
    return attempt >= ATTEMPTS || outcome(id, attempt) != Outcome.FAILURE;
  }

  /** Whether a message is among the dead letters when an attempt of this number is settled. */
  boolean dies(String id, int attempt) {
    return isLast(id, attempt) && outcome(id, attempt) != Outcome.SUCCESS;
  }

  /** How long after its sending a message is due. */
  Duration delay(String id) {
    return draw(id, -1, 1_000) < DELAYED_PERMILLE
        ? Duration.ofMillis(1 + draw(id, -2, DELAY_MILLIS_MAX))
        : Duration.ZERO;
  }

  String payload(String id) {
    return "payload of " + id + " ".repeat(draw(id, -3, PADDING_MAX)) + ".";
  }

  @Override
  public Duration pause(int attempt) {
    return PAUSES.get(Math.min(attempt, PAUSES.size()) - 1);
  }

  RetryPolicy policy() {
    return RetryPolicy.builder()
        .backoff(Backoff.list(PAUSES))
        .jitter(Jitter.none())
        .attempts(ATTEMPTS)
        .build();
  }

  private int draw(String id, int which, int bound) {
    long mixed = (seed * 31 + id.hashCode()) * 31 + which;
    return new SplittableRandom(mixed).nextInt(bound);
  }
}
