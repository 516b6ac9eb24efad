// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import dev.redrive.MessageState;
import dev.redrive.Transition;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a replay makes of a dead letter's headers, the same on every transport. */
public final class Replay {
  private Replay() {}

  /**
   * The headers of the message that goes back to its queue: one replay more, and a history that
   * says so. A deadline that has passed is left out, because the message would die of it again at
   * once; one that is to come still holds.
   */
  public static Map<String, String> headers(Map<String, String> dead, Instant now) {
    Map<String, String> headers = new LinkedHashMap<>(dead);
    String history = dead.getOrDefault(WireHeaders.HISTORY, "");
    Transition replayed = new Transition(now, MessageState.READY, 0, "replayed");
    headers.put(WireHeaders.HISTORY, History.append(history, replayed));
    int replays = number(dead.getOrDefault(WireHeaders.REPLAYS, "")) + 1;
    headers.put(WireHeaders.REPLAYS, Integer.toString(replays));
    if (hasPassed(dead.getOrDefault(WireHeaders.DEADLINE, ""), now)) {
      headers.remove(WireHeaders.DEADLINE);
    }
    return Collections.unmodifiableMap(headers);
  }

  // Headers come from outside; a message must not become unreplayable for one that is malformed.
  private static int number(String text) {
    return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
  }

  private static boolean hasPassed(String deadline, Instant now) {
    try {
      return !now.isBefore(Instant.parse(deadline));
    } catch (DateTimeException malformed) {
      return false;
    }
  }
}
