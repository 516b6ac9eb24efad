// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Computes the expected load of an outage.
 *
 * <p>Let A(k, t) be the expected number of k-th attempts up to time t. First attempts come evenly,
 * so A(1, t) = rate · t. A k-th attempt fails if it starts before the end of the outage, so the
 * failures up to t are F(k, t) = A(k, min(t, end)). The delay after a k-th failure is spread evenly
 * over a window from lo to hi, hence
 *
 * <pre>
 *   A(k + 1, t) = (I(t - lo) - I(t - hi)) / (hi - lo)      where I is the integral of F(k, ·) from 0
 * </pre>
 *
 * <p>and the dead up to t are F(attempts, t). What waits at t has failed and was not tried again:
 * the sum of F(k, t) - A(k + 1, t) over all k but the last. Time is cut into cells. A is taken to
 * be straight within a cell, which makes I exact, so an attempt costs one pass over the cells, and
 * nothing is kept but the present attempt and the sums. What happens within a cell is blurred;
 * there are {@value #CELLS_PER_BUCKET} of them in a bucket of the result.
 */
final class OutageModel {

  private static final Duration OUTAGE_MAX = Duration.ofDays(365);
  private static final double RATE_MAX = 1e9;

  private static final int BUCKETS_MAX = 60;
  private static final int CELLS_PER_BUCKET = 32;

  /** A window is looked at in so many places where the next one depends on what is drawn there. */
  private static final int PARTS = 8;

  /** A window narrower than this part of a cell is a point: dividing by it would only add noise. */
  private static final double NARROW = 0.01;

  /** Fewer failures than this part of all messages are none. */
  private static final double NEGLIGIBLE = 1e-12;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MILLIS_PER_SECOND = 1e3;

  private static final List<Duration> WIDTHS =
      Stream.of(
              ("1ms 2ms 5ms 10ms 20ms 50ms 100ms 200ms 500ms 1s 2s 5s 10s 15s 30s 1m 2m 5m 10m 15m"
                      + " 30m 1h 2h 3h 6h 12h 1d 2d 7d 14d 30d 90d")
                  .split(" "))
          .map(DurationText::parse)
          .toList();

  private final Duration outage;
  private final double rate;
  private final double capacity;
  private final double end;
  private final Duration width;
  private final double cell;

  /** Expected attempts of the present number up to each edge of a cell, and their integral. */
  private double[] attempts;

  private final double[] integral;

  private final double[] retries;
  private final double[] dead;
  private final double[] failed;
  private double waitingAtEnd;

  /** When the last retry of a message that the outage hit starts at the latest. */
  private double lastRetry;

  private OutageModel(Duration outage, double rate, double capacity, Duration horizon) {
    this.outage = outage;
    this.rate = rate;
    this.capacity = capacity;
    this.end = seconds(outage);
    this.width = bucketWidth(horizon);
    this.cell = seconds(width) / CELLS_PER_BUCKET;
    int buckets = (int) Math.max(1, Math.ceil(seconds(horizon) / seconds(width)));
    int edges = buckets * CELLS_PER_BUCKET + 1;
    this.attempts = new double[edges];
    this.integral = new double[edges];
    this.retries = new double[edges];
    this.dead = new double[edges];
    this.failed = new double[edges];
    this.lastRetry = end;
  }

  static Simulation simulate(
      RetryTerms terms, Duration outage, double messagesPerSecond, double capacityPerSecond) {
    if (outage.isNegative() || outage.isZero() || outage.compareTo(OUTAGE_MAX) > 0) {
      throw new IllegalArgumentException(
          "the outage lasts %s: it must be more than 0s and at most 365d"
              .formatted(DurationText.rounded(outage)));
    }
    if (!(messagesPerSecond > 0 && messagesPerSecond <= RATE_MAX)) {
      throw new IllegalArgumentException(
          "%s messages per second: it must be more than 0 and at most %.0f"
              .formatted(messagesPerSecond, RATE_MAX));
    }
    if (!(capacityPerSecond > messagesPerSecond)) {
      throw new IllegalArgumentException(
          "a capacity of %s attempts per second: it must be more than the %s that come"
              .formatted(capacityPerSecond, messagesPerSecond));
    }
    List<Duration> latest = Preview.of(terms).steps().stream().map(Step::latest).toList();
    Duration longest = latest.stream().reduce(Duration.ZERO, DelayWindow::max);
    OutageModel model =
        new OutageModel(outage, messagesPerSecond, capacityPerSecond, outage.plus(longest));
    model.run(windows(terms), latest);
    return model.result();
  }

  private static List<DelayWindow> windows(RetryTerms terms) {
    List<DelayWindow> windows = new ArrayList<>(terms.attempts() - 1);
    DelayWindow window = DelayWindow.at(Duration.ZERO);
    for (int failed = 1; failed < terms.attempts(); failed++) {
      window = window(terms, failed, window);
      windows.add(window);
    }
    return windows;
  }

  /** The mean of the windows that the delays of the window before open. */
  private static DelayWindow window(RetryTerms terms, int failed, DelayWindow before) {
    Duration width = before.latest().minus(before.earliest());
    Duration earliest = Duration.ZERO;
    Duration latest = Duration.ZERO;
    for (int i = 0; i < PARTS; i++) {
      Duration previous =
          before.earliest().plus(width.multipliedBy(2L * i + 1).dividedBy(2 * PARTS));
      DelayWindow window = terms.window(failed, previous);
      earliest = earliest.plus(window.earliest());
      latest = latest.plus(window.latest());
    }
    return new DelayWindow(earliest.dividedBy(PARTS), latest.dividedBy(PARTS));
  }

  private void run(List<DelayWindow> windows, List<Duration> latest) {
    for (int i = 0; i < attempts.length; i++) {
      attempts[i] = rate * cell * i;
    }
    for (int k = 0; k < windows.size(); k++) {
      DelayWindow window = windows.get(k);
      integrate();
      if (failedUpTo(end) <= NEGLIGIBLE * rate * end) {
        return;
      }
      for (int i = 0; i < failed.length; i++) {
        failed[i] += failedUpTo(cell * i);
      }
      lastRetry = Math.max(lastRetry, end + seconds(latest.get(k)));
      attempts = delayed(seconds(window.earliest()), seconds(window.latest()));
      for (int i = 0; i < attempts.length; i++) {
        retries[i] += attempts[i];
      }
      waitingAtEnd += Math.max(0, attempts[attempts.length - 1] - failedUpTo(end));
    }
    for (int i = 0; i < dead.length; i++) {
      dead[i] = failedUpTo(cell * i);
    }
  }

  private void integrate() {
    for (int i = 1; i < integral.length; i++) {
      integral[i] = integral[i - 1] + cell * (attempts[i - 1] + attempts[i]) / 2;
    }
  }

  private double[] delayed(double lo, double hi) {
    double[] next = new double[attempts.length];
    boolean isPoint = hi - lo < NARROW * cell;
    for (int i = 1; i < next.length; i++) {
      double t = cell * i;
      double count =
          isPoint
              ? failedUpTo(t - (lo + hi) / 2)
              : (failureIntegral(t - lo) - failureIntegral(t - hi)) / (hi - lo);
      // Rounding must not make a count that only grows shrink.
      next[i] = Math.max(next[i - 1], count);
    }
    return next;
  }

  /** F of the present attempt. */
  private double failedUpTo(double time) {
    double t = Math.min(time, end);
    if (t <= 0) {
      return 0;
    }
    int i = cellAt(t);
    return attempts[i] + slope(i) * (t - cell * i);
  }

  /** I of the present attempt. */
  private double failureIntegral(double time) {
    if (time <= 0) {
      return 0;
    }
    double t = Math.min(time, end);
    int i = cellAt(t);
    double within = t - cell * i;
    double upToT = integral[i] + within * (attempts[i] + slope(i) * within / 2);
    return upToT + (time - t) * failedUpTo(end);
  }

  private double slope(int i) {
    return (attempts[i + 1] - attempts[i]) / cell;
  }

  private int cellAt(double time) {
    return Math.min((int) (time / cell), attempts.length - 2);
  }

  private Simulation result() {
    Backlog backlog = new Backlog(retries, cell, rate, capacity, end);
    List<LoadBucket> buckets = new ArrayList<>();
    for (int i = 0; i + CELLS_PER_BUCKET < retries.length; i += CELLS_PER_BUCKET) {
      int next = i + CELLS_PER_BUCKET;
      buckets.add(
          new LoadBucket(
              width.multipliedBy(i / CELLS_PER_BUCKET),
              rate * seconds(width),
              retries[next] - retries[i],
              dead[next] - dead[i],
              Math.max(0, failed[next] - retries[next]),
              backlog.atEdge(next)));
    }
    return new Simulation(
        outage, rate, capacity, width, buckets, waitingAtEnd, drained(backlog.gone()));
  }

  private Duration drained(double backlogGone) {
    return Duration.ofMillis(
        (long) Math.ceil(Math.max(lastRetry, backlogGone) * MILLIS_PER_SECOND));
  }

  private static Duration bucketWidth(Duration horizon) {
    Duration least = horizon.dividedBy(BUCKETS_MAX);
    return WIDTHS.stream()
        .filter(candidate -> candidate.compareTo(least) >= 0)
        .findFirst()
        .orElse(WIDTHS.get(WIDTHS.size() - 1));
  }

  private static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / NANOS_PER_SECOND;
  }
}
