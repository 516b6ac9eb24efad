// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.caffeine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.idempotency.Begun;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** The bound, and what is counted against it. */
class CaffeineIdempotencyStoreTest {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration TTL = Duration.ofHours(1);

  private final VirtualTime time = new VirtualTime();
  private final CaffeineIdempotencyStore store =
      new CaffeineIdempotencyStore(1_000, time::nanoTime);

  private static <R> R get(CompletionStage<R> stage) {
    return stage.toCompletableFuture().join();
  }

  private String taken(String key) {
    return ((Begun.New) get(store.begin(key, LEASE))).owner();
  }

  private void fill() {
    for (int i = 0; i < 4; i++) {
      get(store.complete("k" + i, taken("k" + i), new byte[] {1}, TTL));
    }
  }

  @Test
  void a_full_store_refuses_new_keys_and_forgets_none() {
    fill();

    assertThatThrownBy(() -> get(store.begin("one more", LEASE)))
        .hasMessageContaining("full")
        .hasMessageContaining("1000");
    for (int i = 0; i < 4; i++) {
      assertThat(get(store.begin("k" + i, LEASE))).isInstanceOf(Begun.Done.class);
    }
  }

  @Test
  void a_full_store_completes_what_is_under_way() {
    String owner = taken("under way");
    taken("k0");
    taken("k1");
    taken("k2");

    assertThat(get(store.complete("under way", owner, new byte[5_000], TTL))).isTrue();
    assertThat(store.bytes()).isGreaterThan(5_000);
  }

  @Test
  void what_has_run_out_makes_room() {
    fill();
    time.advance(TTL);

    assertThat(get(store.begin("one more", LEASE))).isInstanceOf(Begun.New.class);
  }

  @Test
  void an_empty_store_holds_no_bytes_whatever_happened() {
    String owner = taken("a");
    get(store.renew("a", owner, LEASE));
    get(store.complete("a", owner, new byte[100], TTL));
    get(store.release("b", taken("b")));
    taken("c");
    time.advance(LEASE);
    get(store.release("c", taken("c")));
    time.advance(TTL);
    get(store.release("a", taken("a")));

    assertThat(store.bytes()).isZero();
  }

  @Test
  void a_store_without_room_is_refused() {
    assertThatThrownBy(() -> new CaffeineIdempotencyStore(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void the_longest_time_there_is_does_not_run_out_at_once() {
    taken("for ever");
    get(store.renew("for ever", taken("x"), LEASE));
    String owner = taken("long");
    assertThat(get(store.renew("long", owner, Duration.ofSeconds(Long.MAX_VALUE)))).isTrue();

    time.advance(Duration.ofDays(400));

    assertThat(get(store.begin("long", LEASE))).isInstanceOf(Begun.Busy.class);
  }
}
