// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static dev.redrive.transport.kafka.DeadScene.ALL;
import static dev.redrive.transport.kafka.DeadScene.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.DeadLetters;
import dev.redrive.retry.Reason;
import dev.redrive.transport.kafka.DeadScene.Clerk;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operations on dead letters take when there are many. */
class ManyLettersIT {
  private static final Logger log = LoggerFactory.getLogger(ManyLettersIT.class);
  private static final int LETTERS = Integer.getInteger("redrive.letters", 20_000);
  private static final int CHUNK = 1_000;
  private static final String FAILURE =
      "java.lang.IllegalStateException: number %d failed" + "\n  at A.b(A.java:1)".repeat(50);

  private static <T> T timed(String what, Supplier<T> call) {
    long begin = System.nanoTime();
    T result = call.get();
    log.warn("{}: {} ms", what, (System.nanoTime() - begin) / 1_000_000);
    return result;
  }

  private static boolean fill(DeadScene scene) {
    for (int from = 0; from < LETTERS; from += CHUNK) {
      scene.producer().beginTransaction();
      for (int i = from; i < from + CHUNK; i++) {
        scene.send(
            scene.letter(
                "letter-" + i,
                Died.dead(
                    i % 10 == 0 ? Reason.EXPIRED : Reason.REJECTED,
                    FAILURE.formatted(i),
                    "kind" + i % 7)));
      }
      scene.producer().commitTransaction();
    }
    return true;
  }

  @ParameterizedTest
  @ValueSource(longs = {LetterMemory.BYTES_MAX, 8L << 20})
  void many_letters_are_listed_found_replayed_and_purged(long memory) {
    try (DeadScene scene = new DeadScene("many")) {
      log.warn("with {} MiB of memory for {} letters", memory >> 20, LETTERS);
      timed("fill", () -> fill(scene));
      Clerk clerk = scene.clerk(scene.bootstrap(), memory);
      DeadLetters letters = clerk.letters();

      Set<String> seen = new HashSet<>();
      Optional<String> cursor = Optional.empty();
      for (int i = 1; i <= 5; i++) {
        Optional<String> from = cursor;
        DeadLetterPage page = timed("page " + i, () -> clerk.page(from, 100));
        page.items().stream().map(DeadLetter::id).forEach(seen::add);
        cursor = page.next();
      }
      assertThat(seen).hasSize(500).contains("letter-0", "letter-499");
      DeadLetterFilter some =
          new DeadLetterFilter(
              Set.of(),
              Optional.of(Reason.EXPIRED),
              Optional.of("kind3"),
              Optional.empty(),
              Optional.empty(),
              Optional.empty());
      timed("filter", () -> await(letters.browse(some, Optional.empty(), 100)));
      DeadLetterFilter text =
          new DeadLetterFilter(
              Set.of(),
              Optional.empty(),
              Optional.empty(),
              Optional.of("number " + (LETTERS - 3)),
              Optional.empty(),
              Optional.empty());
      assertThat(timed("text", () -> await(letters.count(text)))).isEqualTo(1);
      assertThat(timed("count", clerk::count)).isEqualTo(LETTERS);
      String id = "letter-" + LETTERS / 2;
      assertThat(timed("find", () -> await(letters.find(id)))).isPresent();
      assertThat(
              timed("replay 1", () -> await(letters.replay(DeadLetterFilter.ids(Set.of(id)), 1))))
          .isEqualTo(1);
      assertThat(timed("replay 1,000", () -> clerk.replay(1_000))).isEqualTo(1_000);
      assertThat(timed("purge 1,000", () -> clerk.purge(1_000))).isEqualTo(1_000);
      assertThat(timed("replay 10,000", () -> clerk.replay(10_000))).isEqualTo(10_000);
      assertThat(timed("another's count", scene.clerk()::count)).isEqualTo(LETTERS - 12_001);
      timed(
          "purge all",
          () -> {
            int sum = 0;
            for (int count = 1; count > 0; sum += count) {
              count = await(letters.purge(ALL, 10_000));
            }
            return sum;
          });
      assertThat(clerk.purged()).hasValue(LETTERS - 11_001);
      assertThat(clerk.count()).isZero();
    }
  }
}
