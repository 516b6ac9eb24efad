// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.MessageState;
import dev.redrive.SendRefusedException;
import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.TransportProvider;
import dev.redrive.testkit.VirtualTime;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only this transport promises; the rest is in the contract. */
class EmbeddedTransportTest {
  @TempDir private Path root;

  private Path folder() {
    return root.resolve("data");
  }

  @Test
  void provider_is_found_by_its_scheme_and_reads_the_uri() {
    assertThat(ServiceLoader.load(TransportProvider.class))
        .anyMatch(provider -> provider.schemes().contains("embedded"));
    EmbeddedTransportConfig plain = EmbeddedTransportConfig.of(URI.create("embedded:./data"));
    assertThat(plain).isEqualTo(EmbeddedTransportConfig.builder(Path.of("./data")).build());
    EmbeddedTransportConfig full =
        EmbeddedTransportConfig.of(
            URI.create("embedded:///var/a%20b?reserveBytes=5&maxBodyBytes=6&maxPendingBytes=7"));
    assertThat(full).isEqualTo(new EmbeddedTransportConfig(Path.of("/var/a b"), 5, 6, 7));
    for (String wrong : List.of("embedded:?a=1", "embedded:x?a=1", "embedded:x?reserveBytes=1k")) {
      assertThatThrownBy(() -> EmbeddedTransportConfig.of(URI.create(wrong)))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void what_is_too_large_or_has_no_bytes_is_refused_and_the_rest_of_the_batch_is_not() {
    try (Desk desk = Desk.open(folder())) {
      OutMessage good = desk.message("good", Duration.ZERO);
      List<OutMessage> wrong =
          List.of(
              copy(good, "", "", Map.of(), new byte[0]),
              copy(good, "i".repeat(1_025), "", Map.of(), new byte[0]),
              copy(good, "a", "k".repeat(1_025), Map.of(), new byte[0]),
              copy(good, "b", "", Map.of("h", "v".repeat(300_000)), new byte[0]),
              copy(good, "c", "", Map.of(), new byte[(16 << 20) + 1]),
              copy(good, "d", "", Map.of("h", "half \uD83D"), new byte[0]));
      for (OutMessage message : wrong) {
        List<PublishResult> results =
            desk.await(desk.transport().publish(Desk.QUEUE, List.of(message)));
        assertThat(results.get(0))
            .isInstanceOfSatisfying(
                PublishResult.Refused.class,
                refused ->
                    assertThat(refused.cause()).isEqualTo(SendRefusedException.Cause.INVALID));
      }
      assertThat(desk.await(desk.transport().publish(Desk.QUEUE, List.of(wrong.get(0), good))))
          .last()
          .isEqualTo(PublishResult.Accepted.INSTANCE);
      OutMessage large = copy(good, "large", "", Map.of(), new byte[16 << 20]);
      assertThat(desk.send(large)).isEqualTo(PublishResult.Accepted.INSTANCE);
      assertThat(desk.stats().sent()).isEqualTo(2);
    }
  }

  @Test
  void message_that_cannot_be_encoded_fails_alone_and_frees_its_id() {
    Map<String, String> broken =
        new HashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          public void forEach(BiConsumer<? super String, ? super String> action) {
            throw new IllegalStateException("no headers today");
          }
        };
    try (Desk desk = Desk.open(folder())) {
      OutMessage good = desk.message("good", Duration.ZERO);
      OutMessage before = desk.message("before", Duration.ZERO);
      OutMessage bad = copy(good, "bad", "", broken, new byte[1]);
      for (OutMessage cannot : List.of(bad, unique(bad))) {
        assertThatThrownBy(
                () -> desk.await(desk.transport().publish(Desk.QUEUE, List.of(before, cannot))))
            .hasMessageContaining("no headers today");
      }

      assertThat(desk.send(copy(good, "bad", "", Map.of(), new byte[1])))
          .isEqualTo(PublishResult.Accepted.INSTANCE);
      assertThat(desk.send(good)).isEqualTo(PublishResult.Accepted.INSTANCE);
      assertThat(desk.send(before)).isInstanceOf(PublishResult.Duplicate.class);
    }
  }

  private static OutMessage unique(OutMessage message) {
    return new OutMessage(
        message.id(), true, "", message.notBefore(), message.headers(), message.body());
  }

  private static OutMessage copy(
      OutMessage message, String id, String key, Map<String, String> headers, byte[] body) {
    return new OutMessage(id, false, key, message.notBefore(), headers, body);
  }

  @Test
  void more_pending_than_may_be_is_refused() {
    EmbeddedTransportConfig config =
        EmbeddedTransportConfig.builder(folder()).maxPendingBytes(1).build();
    PendingChanges pending = new PendingChanges(config.maxPendingBytes());
    try (Desk desk = Desk.open(folder())) {
      PublishChange change =
          new PublishChange(
              Catalog.fresh(new QueueRecord(1, Desk.spec()), queue -> {}),
              List.of(
                  PublishChange.Item.of(
                      new MessageRecord("m", "", 0, 0, 0, 0, Map.of(), new byte[9]), 0)));
      assertThat(pending.offer(change)).isEmpty();
      change.failed(pending.offer(change).orElseThrow());
      assertThat(desk.await(change.result()).get(0))
          .isInstanceOfSatisfying(
              PublishResult.Refused.class,
              refused ->
                  assertThat(refused.cause()).isEqualTo(SendRefusedException.Cause.OVERFLOW));
    }
  }

  @Test
  void order_of_a_queue_that_holds_messages_cannot_be_changed() {
    QueueSpec ordered = new QueueSpec(Desk.QUEUE, true, OptionalLong.empty(), Duration.ofHours(1));
    try (Desk desk = Desk.open(folder())) {
      desk.send("a");

      assertThatThrownBy(() -> desk.await(desk.transport().provision(ordered)))
          .hasMessageContaining("not ordered");

      desk.ack(desk.next());
      desk.await(desk.transport().provision(ordered));
    }
  }

  @Test
  void clock_that_was_set_back_over_a_restart_hides_nothing() {
    VirtualTime time = new VirtualTime();
    try (Desk desk = Desk.open(folder(), time)) {
      desk.send("before");
      desk.ack(desk.next());
      // The low-water mark follows.
      desk.advance(Duration.ofMinutes(1));
    }
    time.shift(Duration.ofHours(-5));
    try (Desk desk = Desk.open(folder(), time)) {
      desk.send("after");
      assertThat(desk.state("after")).isEqualTo(MessageState.READY);
    }
    // The message stands before the place where the mark was, and the clock is past both.
    time.shift(Duration.ofHours(6));
    try (Desk desk = Desk.open(folder(), time)) {
      assertThat(desk.next().id()).isEqualTo("after");
    }
  }

  @Test
  void low_water_mark_follows_what_is_done_and_stops_at_what_is_not() {
    VirtualTime time = new VirtualTime();
    try (Desk desk = Desk.open(folder(), time)) {
      for (int i = 0; i < 10; i++) {
        desk.send("m" + i);
        desk.advance(Duration.ofSeconds(1));
      }
      InMessage held = desk.next();
      for (int i = 0; i < 9; i++) {
        desk.ack(desk.next());
      }
      desk.advance(Duration.ofMinutes(1));
      long first = held.dueAt().toEpochMilli();
      desk.await("the mark at the first that is not done", () -> low() == first);

      desk.ack(held);
      desk.advance(Duration.ofMinutes(1));
      desk.await("the mark behind all", () -> low() > first + 9_000);
    }
  }

  /** As the next process would read it. */
  private long low() {
    Path copy = root.resolve("copy");
    Folders.copyAsKilled(folder(), copy);
    try (DataFolder opened = DataFolder.open(copy);
        Store store = Store.open(opened)) {
      byte[] key = Keys.meta("low/1");
      return store
          .get(Family.META, key)
          .map(value -> PlaceRecord.decode(key, value).place().time())
          .orElse(0L);
    } finally {
      Folders.delete(copy);
    }
  }

  @Test
  void ends_are_forgotten_in_whole_buckets_after_the_window() {
    VirtualTime time = new VirtualTime();
    try (Desk desk = Desk.open(folder(), time)) {
      for (int i = 0; i < 30; i++) {
        desk.send("m" + i);
        desk.ack(desk.next());
        desk.advance(Duration.ofMinutes(5));
      }
      assertThat(desk.find("m0")).isEmpty();
      assertThat(desk.find("m29")).isPresent();
    }
    try (DataFolder opened = DataFolder.open(folder());
        Store store = Store.open(opened)) {
      List<Long> buckets = EndBuckets.read(store, 1);
      // An hour in eighths, and no more than one that is only partly over.
      assertThat(buckets).hasSizeBetween(6, 10);
      assertThat(buckets).allMatch(start -> start > time.instant().toEpochMilli() - 4_500_000);
    }
  }

  @Test
  void database_that_went_back_in_time_is_refused() throws IOException {
    try (Desk desk = Desk.open(folder())) {
      desk.send("a");
    }
    Path older = root.resolve("older");
    Folders.copyAsKilled(folder(), older);
    try (Desk desk = Desk.open(folder())) {
      desk.send("b");
    }
    Files.copy(
        folder().resolve("witness"), older.resolve("witness"), StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(() -> Desk.open(older))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("lost its last");

    // As the message says, it can be accepted.
    Files.delete(older.resolve("witness"));
    try (Desk desk = Desk.open(older)) {
      assertThat(desk.state("a")).isEqualTo(MessageState.READY);
      assertThat(desk.find("b")).isEmpty();
    }
  }

  @Test
  void large_messages_are_read_few_at_a_time() {
    try (Desk desk = Desk.open(folder())) {
      for (int i = 0; i < 12; i++) {
        OutMessage small = desk.message("m" + i, Duration.ZERO);
        desk.send(copy(small, "m" + i, "", Map.of(), new byte[3 << 20]));
      }
      desk.subscription().request(12);
      desk.await("all", () -> desk.arrived().size() == 12);
      for (InMessage message : desk.takeArrived()) {
        assertThat(message.body()).hasSize(3 << 20);
        assertThat(desk.ack(message)).isEqualTo(Settled.DONE);
      }
      assertThat(desk.stats().succeeded()).isEqualTo(12);
    }
  }
}
