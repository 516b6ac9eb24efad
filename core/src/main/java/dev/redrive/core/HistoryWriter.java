// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.Transition;
import dev.redrive.spi.ForeignFailure;
import dev.redrive.spi.History;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the history of a message (promise P7) into the header that its settlement brings.
 *
 * <p>Nothing is written on the way of a message that succeeds: that it was sent, and when, is known
 * from elsewhere and becomes the first line only when there is a second one. Attempts that a crash
 * cut off are written late as well, for nobody was left to do it. What happens again without
 * anything else between is written once.
 */
final class HistoryWriter {
  private static final int CRASHES_SHOWN_MAX = 3;
  private static final String CRASH = "the process ended in the middle of the attempt";
  private static final String SENT = "sent";

  private HistoryWriter() {}

  /** The message's history as a header, with this transition. */
  static String with(InMessage in, Transition transition) {
    String history = header(in);
    if (History.parse(history).isEmpty()) {
      // What another program went through with it came before it was sent here.
      String before = ForeignFailure.history(in.headers(), in.firstSeen());
      history = History.append(before, sent(in.firstSeen(), in.dueAt()));
    }
    history = withCrashes(history, in, transition.at());
    String longer = History.append(history, transition);
    return isRepeated(longer) ? history : longer;
  }

  // A message that is held for a day must not forget its failures for that.
  private static boolean isRepeated(String history) {
    List<Transition> all = History.parse(history);
    Transition last = all.get(all.size() - 1);
    Transition before = all.get(all.size() - 2);
    return last.to() == before.to()
        && last.attempt() == before.attempt()
        && last.cause().equals(before.cause());
  }

  /** The message's history as it came. */
  static String header(InMessage in) {
    return in.headers().getOrDefault(WireHeaders.HISTORY, "");
  }

  /** The status with the line that the message was sent, if it has none. */
  static List<Transition> told(MessageStatus status) {
    List<Transition> history = status.history();
    if (!history.isEmpty() && !history.get(0).at().isAfter(status.firstSeen())) {
      return history;
    }
    List<Transition> whole = new ArrayList<>();
    whole.add(sent(status.firstSeen(), status.dueAt().orElse(status.firstSeen())));
    whole.addAll(history);
    return whole;
  }

  private static Transition sent(Instant firstSeen, Instant dueAt) {
    MessageState state = dueAt.isAfter(firstSeen) ? MessageState.SCHEDULED : MessageState.READY;
    return new Transition(firstSeen, state, 0, SENT);
  }

  private static String withCrashes(String before, InMessage in, Instant now) {
    String history = before;
    int last = in.attempt() - 1;
    int crashed = Math.min(in.crashes(), last - lastWritten(history));
    for (int i = Math.min(crashed, CRASHES_SHOWN_MAX) - 1; i >= 0; i--) {
      history =
          History.append(history, new Transition(now, MessageState.RETRYING, last - i, CRASH));
    }
    return history;
  }

  /** The attempt of which the history tells last; a replay, as a send, begins with 0 again. */
  private static int lastWritten(String history) {
    List<Transition> known = History.parse(history);
    return known.get(known.size() - 1).attempt();
  }
}
