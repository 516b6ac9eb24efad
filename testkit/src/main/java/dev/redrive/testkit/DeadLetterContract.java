// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetterPage;
import dev.redrive.QueueStats;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Settlement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Looking at dead letters. */
interface DeadLetterContract extends Chapter {

  private static List<String> ids(List<DeadLetter> letters) {
    return letters.stream().map(DeadLetter::id).toList();
  }

  private static DeadLetterPage page(Scene scene, Optional<String> cursor, int limit) {
    return scene.await(scene.deadLetters().browse(DeadLetterFilter.all(), cursor, limit));
  }

  @Test
  @DisplayName("T-48 browsing shows all dead letters, oldest first, a page at a time")
  default void browsing_shows_all_oldest_first() {
    Scene scene = Scene.open(harness());
    assertThat(page(scene, Optional.empty(), 1))
        .isEqualTo(new DeadLetterPage(List.of(), Optional.empty()));
    scene.kill("z", "y", "a", "x", "b", "w", "c");

    List<String> seen = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      DeadLetterPage page = page(scene, cursor, 3);
      assertThat(page.items()).hasSizeBetween(page.next().isPresent() ? 3 : 0, 3);
      seen.addAll(ids(page.items()));
      cursor = page.next();
    } while (cursor.isPresent());

    assertThat(seen).containsExactly("z", "y", "a", "x", "b", "w", "c");
    assertThat(ids(page(scene, Optional.empty(), 1_000).items())).isEqualTo(seen);
    assertThat(page(scene, Optional.empty(), 7).next()).as("that was all").isEmpty();
  }

  @Test
  @DisplayName("T-49 pages neither repeat nor leave out, while letters come and go")
  default void pages_are_stable() {
    Scene scene = Scene.open(harness());
    scene.kill("d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9");
    DeadLetterPage first = page(scene, Optional.empty(), 3);
    assertThat(ids(first.items())).containsExactly("d0", "d1", "d2");

    // Before the cursor, at it, and after it.
    scene.await(scene.deadLetters().purge(DeadLetterFilter.ids(Set.of("d0", "d2", "d4")), 10));
    scene.await(scene.deadLetters().replay(DeadLetterFilter.ids(Set.of("d1", "d6")), 10));
    DeadLetterPage second = page(scene, first.next(), 3);
    assertThat(ids(second.items())).containsExactly("d3", "d5", "d7");
    scene.takeAll(2);
    scene.kill("d10");
    DeadLetterPage third = page(scene, second.next(), 10);
    assertThat(ids(third.items())).containsExactly("d8", "d9", "d10");
    assertThat(third.next()).isEmpty();
    assertThat(ids(page(scene, first.next(), 3).items())).isEqualTo(ids(second.items()));
  }

  @Test
  @DisplayName("T-50 a filter selects what matches all of it, when counting, browsing and moving")
  default void filter_selects() {
    Scene scene = Scene.open(harness());
    Recipient recipient = scene.recipient();
    List<Instant> deaths = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      scene.accepted(scene.message("m" + i, i == 5 ? "Customer-17" : ""));
      scene.advance(scene.ticks(1));
      Reason reason = i % 2 == 0 ? Reason.REJECTED : Reason.EXPIRED;
      InMessage message = recipient.next();
      recipient.settle(
          new Settlement.Dead(
              message.lease(), reason, "Timeout of db" + i, "kind-" + i / 3, 1, Map.of()));
      deaths.add(scene.await(scene.deadLetters().find("m" + i)).orElseThrow().diedAt());
    }

    assertSelects(scene, DeadLetterFilter.all(), "m0", "m1", "m2", "m3", "m4", "m5");
    assertSelects(scene, DeadLetterFilter.ids(Set.of("m4", "m1", "other")), "m1", "m4");
    assertSelects(scene, Filters.reason(Reason.EXPIRED), "m1", "m3", "m5");
    assertSelects(scene, Filters.fingerprint("kind-1"), "m3", "m4", "m5");
    assertSelects(scene, Filters.fingerprint("kind"));
    assertSelects(scene, Filters.text("OF DB3"), "m3");
    assertSelects(scene, Filters.text("customer"), "m5");
    assertSelects(scene, Filters.text("M2"), "m2");
    assertSelects(scene, Filters.between(deaths.get(2), deaths.get(4)), "m2", "m3");
    DeadLetterFilter several =
        new DeadLetterFilter(
            Set.of("m1", "m3", "m4"),
            Optional.of(Reason.EXPIRED),
            Optional.of("kind-1"),
            Optional.of("timeout"),
            Optional.of(deaths.get(0)),
            Optional.of(deaths.get(5)));
    assertSelects(scene, several, "m3");
    DeadLetterPage page =
        scene.await(
            scene.deadLetters().browse(Filters.reason(Reason.EXPIRED), Optional.empty(), 2));
    assertThat(ids(page.items())).containsExactly("m1", "m3");
    assertThat(page.next()).isPresent();

    assertThat(scene.await(scene.deadLetters().replay(several, 10))).isEqualTo(1);
    assertThat(scene.await(scene.deadLetters().purge(Filters.fingerprint("kind-1"), 10)))
        .isEqualTo(2);
    assertSelects(scene, DeadLetterFilter.all(), "m0", "m1", "m2");
  }

  private static void assertSelects(Scene scene, DeadLetterFilter filter, String... expected) {
    DeadLetterPage page = scene.await(scene.deadLetters().browse(filter, Optional.empty(), 1_000));
    assertThat(ids(page.items())).as("%s", filter).containsExactly(expected);
    assertThat(scene.await(scene.deadLetters().count(filter)))
        .as("%s", filter)
        .isEqualTo(expected.length);
  }

  @Test
  @DisplayName("T-51 a dead letter is found by its id as long as it is one")
  default void dead_letter_is_found_by_its_id() {
    Scene scene = Scene.open(harness());
    scene.kill("replayed", "purged", "kept");
    scene.accepted("waiting");
    for (String id : List.of("replayed", "purged", "kept")) {
      assertThat(scene.await(scene.deadLetters().find(id)).map(DeadLetter::id))
          .isEqualTo(Optional.of(id));
    }
    scene.await(scene.deadLetters().replay(DeadLetterFilter.ids(Set.of("replayed")), 1));
    scene.await(scene.deadLetters().purge(DeadLetterFilter.ids(Set.of("purged")), 1));

    for (String id : List.of("replayed", "purged", "waiting", "unknown")) {
      assertThat(scene.await(scene.deadLetters().find(id))).as(id).isEmpty();
    }
    assertThat(scene.await(scene.deadLetters().find("kept"))).isPresent();
  }

  @Test
  @DisplayName("T-52 dead letters survive a restart and a crash whole")
  default void dead_letters_survive() {
    Scene scene = Scene.open(harness());
    scene.kill("a", "b", "c");
    scene.await(scene.deadLetters().purge(DeadLetterFilter.ids(Set.of("b")), 1));
    DeadLetter before = scene.await(scene.deadLetters().find("a")).orElseThrow();

    scene.restart();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    scene.crash();

    assertThat(scene.await(scene.deadLetters().find("a")).orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(before);
    assertThat(ids(page(scene, Optional.empty(), 10).items())).containsExactly("a", "c");
    scene.assertCount(QueueStats::dead, 2);
  }

  @Test
  @DisplayName("T-53 a limit or a cursor that makes no sense is refused")
  default void senseless_arguments_are_refused() {
    Scene scene = Scene.open(harness());
    scene.kill("m");
    DeadLetterFilter all = DeadLetterFilter.all();
    for (int limit : new int[] {-1, 0, 1_001}) {
      assertThat(scene.failure(() -> scene.deadLetters().browse(all, Optional.empty(), limit)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (int max : new int[] {-1, 0, 10_001}) {
      assertThat(scene.failure(() -> scene.deadLetters().replay(all, max)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(scene.failure(() -> scene.deadLetters().purge(all, max)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(scene.failure(() -> scene.deadLetters().browse(all, Optional.of("no cursor"), 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(scene.await(scene.deadLetters().count(all))).isEqualTo(1);
  }
}
