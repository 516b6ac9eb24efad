// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Defects of finding and cancelling. */
final class ByIdFlaws {
  private ByIdFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-60", "does not see that a message is leased", SeesNoLeases::new),
        Defect.of("T-61", "cancels twice", CancelsTwice::new),
        Defect.of("T-62", "says that it cancelled what runs", CancelsWhatRuns::new),
        Defect.of("T-63", "forgets cancellations when opened again", ForgetsCancellations::new));
  }

  private static MessageStatus in(MessageStatus status, MessageState state) {
    return new MessageStatus(
        status.id(),
        status.queue(),
        state,
        status.attempts(),
        status.dueAt(),
        status.firstSeen(),
        status.history());
  }

  /** Tells one state for another. */
  private static class MisreadingFlaw extends Flaw {
    MessageState read(MessageState state) {
      return state;
    }

    @Override
    public CompletionStage<Optional<MessageStatus>> find(String queue, String id) {
      return super.find(queue, id)
          .thenApply(found -> found.map(status -> in(status, read(status.state()))));
    }
  }

  private static final class SeesNoLeases extends MisreadingFlaw {
    @Override
    MessageState read(MessageState state) {
      return state == MessageState.RUNNING ? MessageState.READY : state;
    }
  }

  private static final class CancelsTwice extends Flaw {
    private final Set<String> cancelled = ConcurrentHashMap.newKeySet();

    @Override
    public CompletionStage<Boolean> cancel(String queue, String id) {
      return super.cancel(queue, id)
          .thenApply(
              isCancelled -> {
                if (isCancelled) {
                  cancelled.add(id);
                }
                return cancelled.contains(id);
              });
    }
  }

  private static final class CancelsWhatRuns extends Flaw {
    @Override
    public CompletionStage<Boolean> cancel(String queue, String id) {
      return super.find(queue, id)
          .thenCompose(
              found ->
                  found.filter(CancelsWhatRuns::runs).isPresent()
                      ? done(true)
                      : super.cancel(queue, id));
    }

    private static boolean runs(MessageStatus status) {
      return status.state() == MessageState.RUNNING && status.attempts() > 0;
    }
  }

  private static final class ForgetsCancellations extends MisreadingFlaw {
    @Override
    MessageState read(MessageState state) {
      return state == MessageState.CANCELLED && isReopened() ? MessageState.READY : state;
    }
  }
}
