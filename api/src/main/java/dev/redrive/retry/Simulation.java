// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The load that an outage makes, from its beginning until the last retry of a message that it hit.
 *
 * @param outage its length
 * @param messagesPerSecond the rate at which messages come, during the outage and after
 * @param capacityPerSecond how many attempts a second the dependency takes once it is back;
 *     infinite if there is no bound
 * @param bucketWidth the length of each stretch of time
 * @param buckets one after the other, from the beginning of the outage
 * @param waitingAtEnd messages that wait for a retry at the moment when the outage ends
 * @param drained when nothing is left of the outage, since its beginning: the last message that it
 *     hit has been tried again, at the latest that the delays allow, and the backlog that this made
 *     is expected to be gone
 */
public record Simulation(
    Duration outage,
    double messagesPerSecond,
    double capacityPerSecond,
    Duration bucketWidth,
    List<LoadBucket> buckets,
    double waitingAtEnd,
    Duration drained) {

  private static final int BAR_LENGTH = 30;

  /** Greater numbers are shown without their fraction. */
  private static final double WHOLE_FROM = 1_000;

  private static final double NANOS_PER_SECOND = 1e9;

  /** Copies the list. */
  public Simulation {
    buckets = List.copyOf(buckets);
  }

  /** The retries of all buckets. */
  public double retries() {
    return buckets.stream().mapToDouble(LoadBucket::retries).sum();
  }

  /** The messages that the outage kills. */
  public double dead() {
    return buckets.stream().mapToDouble(LoadBucket::dead).sum();
  }

  /** The most attempts per second that any bucket sees on average. */
  public double peakPerSecond() {
    double most = buckets.stream().mapToDouble(LoadBucket::attempts).max().orElse(0);
    return most / (bucketWidth.toNanos() / NANOS_PER_SECOND);
  }

  /** How long after the end of the outage nothing is left of it. */
  public Duration timeToDrain() {
    return drained.minus(outage);
  }

  /** The most attempts that are due at once without the dependency having room for them. */
  public double backlogMax() {
    return buckets.stream().mapToDouble(LoadBucket::backlog).max().orElse(0);
  }

  /** A table for a terminal, with a bar for the load and a line where the outage ends. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        line(
            "outage of %s at %s messages/s: %s retries, peak %s attempts/s (%.1f x), %s dead,"
                + " %s waiting when it ends, drained %s later\n",
            DurationText.rounded(outage),
            number(messagesPerSecond),
            number(retries()),
            number(peakPerSecond()),
            peakPerSecond() / messagesPerSecond,
            number(dead()),
            number(waitingAtEnd),
            DurationText.rounded(timeToDrain())));
    text.append(
        line(
            "%-10s %12s %12s %12s %12s%s\n",
            "from",
            "first",
            "retries",
            "dead",
            "waiting",
            hasCapacity() ? line(" %12s", "backlog") : ""));
    double most = buckets.stream().mapToDouble(LoadBucket::attempts).max().orElse(0);
    boolean isOver = false;
    for (LoadBucket bucket : buckets) {
      if (!isOver && bucket.from().compareTo(outage) >= 0) {
        isOver = true;
        text.append("---------- the outage is over\n");
      }
      text.append(row(bucket, most));
    }
    return text.toString();
  }

  private boolean hasCapacity() {
    return Double.isFinite(capacityPerSecond);
  }

  private String row(LoadBucket bucket, double most) {
    long length = most > 0 ? Math.round(BAR_LENGTH * bucket.attempts() / most) : 0;
    String row =
        line(
            "%-10s %12s %12s %12s %12s%s %s",
            DurationText.rounded(bucket.from()),
            number(bucket.firstAttempts()),
            number(bucket.retries()),
            number(bucket.dead()),
            number(bucket.waiting()),
            hasCapacity() ? line(" %12s", number(bucket.backlog())) : "",
            "#".repeat((int) length));
    return row.stripTrailing() + "\n";
  }

  private static String number(double value) {
    return line(value < WHOLE_FROM ? "%.1f" : "%,.0f", value);
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format.replace("\n", "\n"), values);
  }
}
