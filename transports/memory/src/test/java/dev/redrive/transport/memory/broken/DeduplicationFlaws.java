// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.MessageState;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Defects of recognising ids. */
final class DeduplicationFlaws {
  private DeduplicationFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-43", "compares with earlier batches only", ForgetsTheBatch::new),
        Defect.of("T-44", "tells the time of asking for that of the death", TellsNow::new),
        Defect.of("T-45", "takes every end for a success", SeesSuccess::new),
        Defect.of("T-46", "counts the window from the sending", CountsFromSending::new),
        Defect.of("T-47", "forgets what ended when opened again", ForgetsWhatEnded::new));
  }

  /** Accepts some of the duplicates as copies. */
  abstract static class CopyingFlaw extends Flaw {
    private final AtomicInteger copies = new AtomicInteger();

    abstract boolean isAccepted(OutMessage message, PublishResult.Duplicate duplicate);

    final OutMessage copy(OutMessage message) {
      return Messages.copy(message, copies.incrementAndGet());
    }

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      CompletionStage<List<PublishResult>> stage = super.publish(queue, batch);
      if (batch.size() != 1 || stage.toCompletableFuture().isCompletedExceptionally()) {
        return stage;
      }
      return result(stage).get(0) instanceof PublishResult.Duplicate duplicate
              && isAccepted(batch.get(0), duplicate)
          ? super.publish(queue, List.of(copy(batch.get(0))))
          : stage;
    }

    @Override
    InMessage arriving(InMessage message) {
      return Messages.original(message);
    }
  }

  private static final class ForgetsTheBatch extends CopyingFlaw {
    @Override
    boolean isAccepted(OutMessage message, PublishResult.Duplicate duplicate) {
      return false;
    }

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      Set<String> ids = new HashSet<>();
      List<OutMessage> copied = new ArrayList<>();
      batch.forEach(message -> copied.add(ids.add(message.id()) ? message : copy(message)));
      return super.publish(queue, copied);
    }
  }

  /** Answers duplicates in another way. */
  private abstract static class AnsweringFlaw extends Flaw {
    abstract PublishResult.Duplicate answer(PublishResult.Duplicate duplicate);

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      return super.publish(queue, batch)
          .thenApply(results -> results.stream().map(this::answer).toList());
    }

    private PublishResult answer(PublishResult result) {
      return result instanceof PublishResult.Duplicate duplicate ? answer(duplicate) : result;
    }
  }

  private static final class TellsNow extends AnsweringFlaw {
    @Override
    PublishResult.Duplicate answer(PublishResult.Duplicate duplicate) {
      return duplicate.state() == MessageState.DEAD
          ? new PublishResult.Duplicate(duplicate.state(), now())
          : duplicate;
    }
  }

  private static final class SeesSuccess extends AnsweringFlaw {
    @Override
    PublishResult.Duplicate answer(PublishResult.Duplicate duplicate) {
      return duplicate.state() == MessageState.CANCELLED
          ? new PublishResult.Duplicate(MessageState.SUCCEEDED, duplicate.at())
          : duplicate;
    }
  }

  private static final class CountsFromSending extends CopyingFlaw {
    private final Map<String, Instant> sentAt = new ConcurrentHashMap<>();

    @Override
    boolean isAccepted(OutMessage message, PublishResult.Duplicate duplicate) {
      Instant sent = sentAt.getOrDefault(message.id(), now());
      return duplicate.state() == MessageState.SUCCEEDED && sent.plus(ticks(6)).isBefore(now());
    }

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      batch.forEach(message -> sentAt.putIfAbsent(message.id(), now()));
      return super.publish(queue, batch);
    }
  }

  private static final class ForgetsWhatEnded extends CopyingFlaw {
    @Override
    boolean isAccepted(OutMessage message, PublishResult.Duplicate duplicate) {
      return isReopened() && duplicate.state() == MessageState.SUCCEEDED;
    }
  }
}
