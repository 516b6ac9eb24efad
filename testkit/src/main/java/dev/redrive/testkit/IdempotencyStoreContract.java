// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.idempotency.Begun;
import dev.redrive.idempotency.IdempotencyStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The rules of {@code docs/spec/idempotency-store.md} as tests. A store extends this class, gives
 * it a harness, and passes all of them.
 */
public abstract class IdempotencyStoreContract {
  private static final String KEY = "orders/17";
  private static final int THREADS = 8;
  private static final int ROUNDS = 50;

  private Optional<IdempotencyHarness> opened = Optional.empty();
  private Optional<IdempotencyStore> store = Optional.empty();

  /** For the subclass. */
  protected IdempotencyStoreContract() {}

  /** A harness for one test; it is closed after it. */
  protected abstract IdempotencyHarness newHarness();

  @BeforeEach
  final void openHarness() {
    IdempotencyHarness harness = newHarness();
    opened = Optional.of(harness);
    store = Optional.of(harness.open());
  }

  @AfterEach
  final void closeHarness() {
    opened.ifPresent(IdempotencyHarness::close);
  }

  @Test
  @DisplayName("I-1 a free key is given to who begins it")
  final void free_key_is_given() {
    assertThat(begin(KEY)).isInstanceOf(Begun.New.class);
    assertThat(begin("orders/18")).isInstanceOf(Begun.New.class);
  }

  @Test
  @DisplayName("I-2 a held key is busy, for as long as is left of its lease at most")
  final void held_key_is_busy() {
    taken(KEY);
    advance(1);

    Begun again = begin(KEY);

    assertThat(again).isInstanceOf(Begun.Busy.class);
    Duration left = ((Begun.Busy) again).leaseLeft();
    assertThat(left).isPositive().isLessThanOrEqualTo(ticks(2));
  }

  @Test
  @DisplayName("I-3 of several who begin a key at once, one gets it")
  final void one_of_several_gets_the_key() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        String key = "raced/" + round;
        List<Begun> answers = atOnce(threads, key);

        assertThat(answers).filteredOn(Begun.New.class::isInstance).as(key).hasSize(1);
        assertThat(answers).filteredOn(Begun.Busy.class::isInstance).hasSize(THREADS - 1);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private List<Begun> atOnce(ExecutorService threads, String key) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<CompletionStage<Begun>>> tries = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      tries.add(
          threads.submit(
              () -> {
                start.await();
                return store.orElseThrow().begin(key, ticks(3));
              }));
    }
    start.countDown();
    List<Begun> answers = new ArrayList<>();
    for (Future<CompletionStage<Begun>> each : tries) {
      answers.add(harness().await(each.get()));
    }
    return answers;
  }

  @Test
  @DisplayName("I-4 a key is free again when its lease has run out, and not before")
  final void lease_runs_out() {
    String first = taken(KEY);
    advance(2);
    assertThat(begin(KEY)).isInstanceOf(Begun.Busy.class);
    advance(2);

    String second = taken(KEY);

    assertThat(second).isNotEqualTo(first);
  }

  @Test
  @DisplayName("I-5 the owner moves its lease's end, nobody else does, and not after it")
  final void lease_is_renewed() {
    String owner = taken(KEY);
    advance(2);
    assertThat(renew(KEY, owner)).isTrue();
    advance(2);
    assertThat(begin(KEY)).isInstanceOf(Begun.Busy.class);
    assertThat(renew(KEY, "somebody")).isFalse();
    assertThat(renew("orders/18", owner)).isFalse();
    advance(2);

    assertThat(renew(KEY, owner)).isFalse();
    assertThat(begin(KEY)).isInstanceOf(Begun.New.class);
  }

  @Test
  @DisplayName("I-6 who begins a key that is done gets its result, byte for byte")
  final void result_is_given() {
    byte[] every = new byte[IdempotencyStore.RESULT_BYTES_MAX];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) (i * 31);
    }
    done("empty", new byte[0]);
    done("text", bytes("ok"));
    done("large", every);

    assertDone("empty", new byte[0]);
    assertDone("text", bytes("ok"));
    assertDone("large", every);
    assertDone("text", bytes("ok"));
  }

  @Test
  @DisplayName("I-7 what is done is known until its time is over, whatever its lease was")
  final void result_is_kept_for_its_time() {
    done(KEY, bytes("ok"));
    advance(9);
    assertDone(KEY, bytes("ok"));
    advance(2);

    assertThat(begin(KEY)).isInstanceOf(Begun.New.class);
  }

  @Test
  @DisplayName("I-8 an owner whose lease ran out may complete the key while nobody else has it")
  final void late_completion_of_a_free_key() {
    String owner = taken(KEY);
    advance(5);

    assertThat(complete(KEY, owner, bytes("late"))).isTrue();
    assertDone(KEY, bytes("late"));
  }

  @Test
  @DisplayName("I-9 an owner may not complete what somebody else holds or has done")
  final void late_completion_is_fenced() {
    String late = taken(KEY);
    advance(4);
    String owner = taken(KEY);

    assertThat(complete(KEY, late, bytes("late"))).isFalse();
    assertThat(begin(KEY)).isInstanceOf(Begun.Busy.class);
    assertThat(complete(KEY, owner, bytes("ok"))).isTrue();
    assertThat(complete(KEY, late, bytes("late"))).isFalse();
    assertDone(KEY, bytes("ok"));
  }

  @Test
  @DisplayName("I-10 to complete a key again changes nothing and is answered alike")
  final void completion_is_repeatable() {
    String owner = taken(KEY);
    complete(KEY, owner, bytes("ok"));
    advance(9);

    assertThat(complete(KEY, owner, bytes("other"))).isTrue();
    assertDone(KEY, bytes("ok"));
    advance(2);
    assertThat(begin(KEY)).isInstanceOf(Begun.New.class);
  }

  @Test
  @DisplayName("I-11 a key that is released is free at once; only its owner releases it, and once")
  final void key_is_released() {
    String owner = taken(KEY);
    assertThat(release(KEY, "somebody")).isFalse();
    assertThat(begin(KEY)).isInstanceOf(Begun.Busy.class);

    assertThat(release(KEY, owner)).isTrue();

    assertThat(release(KEY, owner)).isFalse();
    assertThat(begin(KEY)).isInstanceOf(Begun.New.class);
  }

  @Test
  @DisplayName("I-12 an owner may not release what somebody else holds")
  final void late_release_is_fenced() {
    String late = taken(KEY);
    advance(4);
    taken(KEY);

    assertThat(release(KEY, late)).isFalse();
    assertThat(begin(KEY)).isInstanceOf(Begun.Busy.class);
  }

  @Test
  @DisplayName("I-13 what is done is not released")
  final void done_is_not_released() {
    String owner = taken(KEY);
    complete(KEY, owner, bytes("ok"));

    assertThat(release(KEY, owner)).isFalse();
    assertThat(renew(KEY, owner)).isFalse();
    assertDone(KEY, bytes("ok"));
  }

  @Test
  @DisplayName("I-14 keys are told apart exactly, up to the longest")
  final void keys_are_told_apart() {
    String longest = "k".repeat(IdempotencyStore.KEY_CHARS_MAX - 1);
    for (String key : List.of("a", "A", "a ", "a/b", "ä", "a\u0308", "日本", "\u0000", "😀")) {
      done(key, bytes("of " + key));
    }
    done(longest + "1", bytes("1"));
    done(longest + "2", bytes("2"));

    for (String key : List.of("a", "A", "a ", "a/b", "ä", "a\u0308", "日本", "\u0000", "😀")) {
      assertDone(key, bytes("of " + key));
    }
    assertDone(longest + "1", bytes("1"));
    assertDone(longest + "2", bytes("2"));
    assertThat(begin("b")).isInstanceOf(Begun.New.class);
  }

  @Test
  @DisplayName("I-15 what is done or held survives a crash, or none of it does, as is said")
  final void crash_is_survived_or_not() {
    done("done", bytes("ok"));
    String owner = taken(KEY);
    store = Optional.of(harness().crash());

    if (!harness().isDurable()) {
      assertThat(begin("done")).isInstanceOf(Begun.New.class);
      assertThat(begin(KEY)).isInstanceOf(Begun.New.class);
      return;
    }
    assertDone("done", bytes("ok"));
    assertThat(begin(KEY)).isInstanceOf(Begun.Busy.class);
    advance(4);
    String next = taken(KEY);
    assertThat(next).isNotEqualTo(owner);
    assertThat(complete(KEY, owner, bytes("late"))).isFalse();
    advance(7);
    assertThat(begin("done")).isInstanceOf(Begun.New.class);
  }

  private IdempotencyHarness harness() {
    return opened.orElseThrow();
  }

  private Duration ticks(int count) {
    return harness().tick().multipliedBy(count);
  }

  private void advance(int ticks) {
    harness().advance(ticks(ticks));
  }

  /** Begins with a lease of three ticks. */
  private Begun begin(String key) {
    return harness().await(store.orElseThrow().begin(key, ticks(3)));
  }

  private String taken(String key) {
    Begun begun = begin(key);
    assertThat(begun).as(key).isInstanceOf(Begun.New.class);
    return ((Begun.New) begun).owner();
  }

  private boolean renew(String key, String owner) {
    return harness().await(store.orElseThrow().renew(key, owner, ticks(3)));
  }

  /** Completes for ten ticks. */
  private boolean complete(String key, String owner, byte[] result) {
    return harness().await(store.orElseThrow().complete(key, owner, result, ticks(10)));
  }

  private boolean release(String key, String owner) {
    return harness().await(store.orElseThrow().release(key, owner));
  }

  private void done(String key, byte[] result) {
    assertThat(complete(key, taken(key), result)).isTrue();
  }

  private void assertDone(String key, byte[] result) {
    Begun begun = begin(key);
    assertThat(begun).as(key).isInstanceOf(Begun.Done.class);
    assertThat(((Begun.Done) begun).result()).as(key).isEqualTo(result);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
