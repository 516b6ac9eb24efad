// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Defects of looking at dead letters. */
final class DeadLetterFlaws {
  private DeadLetterFlaws() {}

  static List<Defect> all() {
    return List.of(
        defect("T-48", "sorts the first page by id", SortsById::new),
        defect("T-49", "pages by offset", PagesByOffset::new),
        defect("T-50", "does not look at the filter's end", HasNoEnd::new),
        Defect.of("T-51", "remembers what was found", RemembersWhatWasFound::new),
        Defect.of("T-52", "loses the failure's text when opened again", LosesFailures::new),
        defect("T-53", "makes the best of senseless arguments", IsLenient::new));
  }

  private static Defect defect(
      String rule, String what, Function<DeadLetters, FlawedDeadLetters> flawed) {
    return Defect.of(
        rule,
        what,
        () ->
            new Flaw() {
              @Override
              public DeadLetters deadLetters(String queue) {
                return flawed.apply(super.deadLetters(queue));
              }
            });
  }

  private static final class SortsById extends FlawedDeadLetters {
    SortsById(DeadLetters inner) {
      super(inner);
    }

    @Override
    public CompletionStage<DeadLetterPage> browse(
        DeadLetterFilter filter, Optional<String> cursor, int limit) {
      return super.browse(filter, cursor, limit)
          .thenApply(page -> cursor.isPresent() ? page : sorted(page));
    }

    private static DeadLetterPage sorted(DeadLetterPage page) {
      return new DeadLetterPage(
          page.items().stream().sorted(Comparator.comparing(DeadLetter::id)).toList(), page.next());
    }
  }

  private static final class PagesByOffset extends FlawedDeadLetters {
    PagesByOffset(DeadLetters inner) {
      super(inner);
    }

    @Override
    public CompletionStage<DeadLetterPage> browse(
        DeadLetterFilter filter, Optional<String> cursor, int limit) {
      int offset = cursor.map(Integer::parseInt).orElse(0);
      return super.browse(filter, Optional.empty(), limit)
          .thenApply(checked -> page(all(filter), offset, limit));
    }

    private static DeadLetterPage page(List<DeadLetter> all, int offset, int limit) {
      int from = Math.min(offset, all.size());
      int to = Math.min(offset + limit, all.size());
      return new DeadLetterPage(
          all.subList(from, to),
          to < all.size() ? Optional.of(Integer.toString(to)) : Optional.empty());
    }
  }

  private static final class HasNoEnd extends FlawedDeadLetters {
    HasNoEnd(DeadLetters inner) {
      super(inner);
    }

    private static DeadLetterFilter endless(DeadLetterFilter filter) {
      return new DeadLetterFilter(
          filter.ids(),
          filter.reason(),
          filter.fingerprint(),
          filter.text(),
          filter.from(),
          Optional.empty());
    }

    @Override
    public CompletionStage<Long> count(DeadLetterFilter filter) {
      return super.count(endless(filter));
    }

    @Override
    public CompletionStage<DeadLetterPage> browse(
        DeadLetterFilter filter, Optional<String> cursor, int limit) {
      return super.browse(endless(filter), cursor, limit);
    }
  }

  private static final class RemembersWhatWasFound extends Flaw {
    private final Map<String, DeadLetter> found = new ConcurrentHashMap<>();

    @Override
    public DeadLetters deadLetters(String queue) {
      return new FlawedDeadLetters(super.deadLetters(queue)) {
        @Override
        public CompletionStage<Optional<DeadLetter>> find(String id) {
          result(super.find(id)).ifPresent(letter -> found.put(id, letter));
          return done(Optional.ofNullable(found.get(id)));
        }
      };
    }
  }

  private static final class LosesFailures extends Flaw {
    @Override
    public DeadLetters deadLetters(String queue) {
      return new FlawedDeadLetters(super.deadLetters(queue)) {
        @Override
        public CompletionStage<Optional<DeadLetter>> find(String id) {
          return super.find(id)
              .thenApply(found -> isReopened() ? found.map(LosesFailures::without) : found);
        }
      };
    }

    private static DeadLetter without(DeadLetter letter) {
      return new DeadLetter(
          letter.id(),
          letter.queue(),
          letter.reason(),
          "",
          letter.fingerprint(),
          letter.attempts(),
          letter.firstSeen(),
          letter.diedAt(),
          letter.key(),
          letter.headers(),
          letter.body(),
          letter.history());
    }
  }

  private static final class IsLenient extends FlawedDeadLetters {
    IsLenient(DeadLetters inner) {
      super(inner);
    }

    private static int between(int value, int max) {
      return Math.max(1, Math.min(value, max));
    }

    @Override
    public CompletionStage<DeadLetterPage> browse(
        DeadLetterFilter filter, Optional<String> cursor, int limit) {
      return super.browse(
          filter, cursor.filter(text -> text.matches("[0-9]+")), between(limit, 1_000));
    }

    @Override
    public CompletionStage<Integer> replay(DeadLetterFilter filter, int max) {
      return super.replay(filter, between(max, 10_000));
    }

    @Override
    public CompletionStage<Integer> purge(DeadLetterFilter filter, int max) {
      return super.purge(filter, between(max, 10_000));
    }
  }
}
