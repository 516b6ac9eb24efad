// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.MessageState;
import dev.redrive.Transition;
import dev.redrive.retry.Reason;
import dev.redrive.spi.History;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * A topic does not take a record, and will not until somebody changes the topic.
 *
 * @param topic its name
 * @param failure what came of the record
 */
record Refusal(String topic, Exception failure) {

  /** Whether that is what a failure says, whatever became of other records. */
  static boolean is(Exception failure) {
    return failure instanceof RecordTooLargeException || failure instanceof InvalidRecordException;
  }

  /**
   * The death of the message, which says what to do.
   *
   * @param content the message
   * @param attempts how many attempts of it count
   * @param headers the engine's headers to add or replace
   */
  Settlement.Dead death(
      Lease lease, Content content, int attempts, Map<String, String> headers, Instant now) {
    String text = advice(attempts) + ": " + failure.getMessage();
    String fingerprint = isTooLarge() ? "too-large" : "refused";
    String before = content.texts().getOrDefault(WireHeaders.HISTORY, "");
    Transition death = new Transition(now, MessageState.DEAD, attempts, advice(attempts));
    Map<String, String> all = new HashMap<>(headers);
    all.put(
        WireHeaders.HISTORY,
        History.append(headers.getOrDefault(WireHeaders.HISTORY, before), death));
    return new Settlement.Dead(lease, Reason.NOT_RETRYABLE, text, fingerprint, attempts, all);
  }

  private boolean isTooLarge() {
    return failure instanceof RecordTooLargeException;
  }

  private String advice(int attempts) {
    return (attempts > 0 ? "it cannot be retried, because " : "it cannot be delivered, because ")
        + (isTooLarge()
            ? "with its headers it is larger than the topic takes; raise max.message.bytes of "
            : "the topic takes no such record; look at the settings of ")
        + topic
        + " and replay it";
  }
}
