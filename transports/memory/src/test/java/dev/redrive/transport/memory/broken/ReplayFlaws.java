// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetters;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.WireHeaders;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Defects of replaying and purging. */
final class ReplayFlaws {
  private ReplayFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-54", "takes a replay for a first sending", SeesItFirst::new),
        Defect.of("T-55", "replays the newest first", ReplaysTheNewest::new),
        Defect.of("T-56", "counts what it meant to replay", CountsWhatItMeant::new),
        Defect.of("T-57", "takes out of the dead letters before it puts back", TakesOutFirst::new),
        Defect.of("T-58", "finds what was purged when opened again", FindsThePurged::new),
        Defect.of("T-59", "counts attempts of before when opened again", CountsOldAttempts::new),
        Defect.of("T-82", "keeps the deadline that a message died of", KeepsTheDeadline::new));
  }

  private static Set<String> ids(List<DeadLetter> letters) {
    return letters.stream().map(DeadLetter::id).collect(Collectors.toSet());
  }

  private static boolean isReplayed(InMessage message) {
    return message.headers().containsKey(WireHeaders.REPLAYS);
  }

  private static final class SeesItFirst extends Flaw {
    @Override
    InMessage arriving(InMessage message) {
      return isReplayed(message)
          ? Messages.timed(message, message.dueAt(), message.dueAt())
          : message;
    }
  }

  private static final class ReplaysTheNewest extends Flaw {
    @Override
    public DeadLetters deadLetters(String queue) {
      return new FlawedDeadLetters(super.deadLetters(queue)) {
        @Override
        public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
          List<DeadLetter> letters = all(filter);
          return max < 1 || max >= letters.size()
              ? super.replay(filter, max)
              : super.replay(
                  DeadLetterFilter.ids(ids(letters.subList(letters.size() - max, letters.size()))),
                  max);
        }
      };
    }
  }

  private static final class CountsWhatItMeant extends Flaw {
    private static final long OTHERS_COME_SECONDS = 2;
    private final Exchanger<String> meeting = new Exchanger<>();

    @Override
    public DeadLetters deadLetters(String queue) {
      return new FlawedDeadLetters(super.deadLetters(queue)) {
        @Override
        public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
          List<DeadLetter> meant = all(filter).stream().limit(Math.max(0, max)).toList();
          if (meant.isEmpty() || !Thread.currentThread().getName().startsWith("contract-crew-")) {
            return super.replay(filter, max);
          }
          meetAnother();
          return super.replay(DeadLetterFilter.ids(ids(meant)), max)
              .thenApply(done -> meant.size());
        }
      };
    }

    /** So that two always mean the same letters, however the threads run. */
    private void meetAnother() {
      try {
        meeting.exchange("here", OTHERS_COME_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException nobodyCame) {
        return;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static final class TakesOutFirst extends Flaw {
    private final Map<String, Set<String>> between = new ConcurrentHashMap<>();

    @Override
    void crashing() {
      between.forEach(
          (queue, ids) -> {
            if (!ids.isEmpty()) {
              result(inner().deadLetters(queue).purge(DeadLetterFilter.ids(ids), ids.size()));
            }
          });
    }

    @Override
    public DeadLetters deadLetters(String queue) {
      return new FlawedDeadLetters(super.deadLetters(queue)) {
        @Override
        public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
          Set<String> taken = ids(all(filter).stream().limit(Math.max(0, max)).toList());
          if (taken.isEmpty() || max > 10_000) {
            return super.replay(filter, max);
          }
          Set<String> lost = between.computeIfAbsent(queue, name -> ConcurrentHashMap.newKeySet());
          lost.addAll(taken);
          CompletableFuture<Integer> replayed = new CompletableFuture<>();
          time()
              .execute(
                  () -> {
                    lost.removeAll(taken);
                    replayed.complete(result(super.replay(DeadLetterFilter.ids(taken), max)));
                  });
          return replayed;
        }
      };
    }
  }

  private static final class FindsThePurged extends Flaw {
    private final Map<String, DeadLetter> purged = new ConcurrentHashMap<>();

    @Override
    public DeadLetters deadLetters(String queue) {
      return new FlawedDeadLetters(super.deadLetters(queue)) {
        @Override
        public CompletionStage<Integer> purge(DeadLetterFilter filter, int max) {
          all(filter).forEach(letter -> purged.put(letter.id(), letter));
          return super.purge(filter, max);
        }

        @Override
        public CompletionStage<Optional<DeadLetter>> find(String id) {
          return isReopened() && purged.containsKey(id)
              ? done(Optional.ofNullable(purged.get(id)))
              : super.find(id);
        }
      };
    }
  }

  private static final class CountsOldAttempts extends Flaw {
    @Override
    InMessage arriving(InMessage message) {
      return isReplayed(message) && isReopened()
          ? Messages.counted(message, message.attempt() + 1, message.crashes())
          : message;
    }
  }

  private static final class KeepsTheDeadline extends Flaw {
    private final Map<String, String> deadlines = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      for (OutMessage message : batch) {
        String deadline = message.headers().get(WireHeaders.DEADLINE);
        if (deadline != null) {
          deadlines.put(message.id(), deadline);
        }
      }
      return super.publish(queue, batch);
    }

    @Override
    InMessage arriving(InMessage message) {
      if (!deadlines.containsKey(message.id())) {
        return message;
      }
      Map<String, String> headers = new HashMap<>(message.headers());
      headers.put(WireHeaders.DEADLINE, deadlines.getOrDefault(message.id(), ""));
      return Messages.carrying(message, headers, message.body());
    }
  }
}
