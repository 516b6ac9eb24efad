// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.spi.Capability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a transport does with what it is given. */
interface PublishContract extends Chapter {

  @Test
  @DisplayName("T-1 each message of a batch gets its result, in the batch's order")
  default void each_message_of_a_batch_gets_its_result() {
    Scene scene = Scene.open(harness());

    assertThat(scene.publish()).isEmpty();
    assertThat(scene.publish(scene.batch("m", 100)))
        .hasSize(100)
        .hasOnlyElementsOfType(PublishResult.Accepted.class);
    assertThat(scene.takeAll(100)).doesNotHaveDuplicates();
  }

  @Test
  @DisplayName("T-2 an accepted message is handed over as what it was sent as")
  default void accepted_message_is_handed_over() {
    Scene scene = Scene.open(harness());
    Instant before = scene.in(Duration.ZERO);
    OutMessage sent = scene.message("m", "key");
    scene.accepted(sent);
    Instant after = scene.now();
    scene.advance(scene.ticks(2));

    InMessage message = scene.recipient().next();

    assertThat(message.id()).isEqualTo("m");
    assertThat(message.key()).isEqualTo("key");
    assertThat(message.attempt()).isEqualTo(1);
    assertThat(message.crashes()).isZero();
    assertThat(message.dueAt()).isEqualTo(sent.notBefore());
    assertThat(message.firstSeen()).isBetween(before, after);
  }

  @Test
  @DisplayName("T-3 body and headers come byte for byte")
  default void body_and_headers_come_byte_for_byte() {
    Scene scene = Scene.open(harness());
    Map<String, String> headers = new HashMap<>();
    headers.put("plain", "value");
    headers.put("empty", "");
    headers.put("Case-Is-Kept", "ÄÖÜ ß – 漢字 🚀 \u0000 \t \n = ; | %25 \"'");
    headers.put("long", "x".repeat(4_000));
    headers.put("redrive-request-id", "set by the engine");
    byte[] random = new byte[1_000];
    new Random(42).nextBytes(random);
    byte[] large = new byte[1 << 20];
    new Random(43).nextBytes(large);
    byte[] invalidText = {(byte) 0xC3, 0x28, 0, (byte) 0xFF};
    List<byte[]> bodies =
        List.of(new byte[0], random, large, invalidText, "ünï".getBytes(StandardCharsets.UTF_8));

    for (int i = 0; i < bodies.size(); i++) {
      scene.accepted(
          new OutMessage("m" + i, false, "", scene.now(), headers, bodies.get(i).clone()));
    }
    scene.accepted(new OutMessage("bare", false, "", scene.now(), Map.of(), new byte[] {1}));

    Recipient recipient = scene.recipient();
    for (byte[] body : bodies) {
      InMessage message = recipient.next();
      assertThat(message.body()).isEqualTo(body);
      assertThat(message.headers()).isEqualTo(headers);
    }
    assertThat(recipient.next().headers()).isEmpty();
  }

  @Test
  @DisplayName(
      "T-4 an accepted message is there after a restart and a crash, or durability is none")
  default void accepted_message_survives() {
    Scene scene = Scene.open(harness());
    OutMessage sent = scene.message("m", "key");
    scene.accepted(sent);

    scene.restart();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    scene.crash();

    InMessage message = scene.recipient().next();
    assertThat(message.id()).isEqualTo("m");
    assertThat(message.key()).isEqualTo("key");
    assertThat(message.attempt()).isEqualTo(1);
    assertThat(message.headers()).isEqualTo(sent.headers());
    assertThat(message.body()).isEqualTo(sent.body());
  }

  @Test
  @DisplayName("T-5 provisioning again takes nothing away")
  default void provisioning_again_takes_nothing_away() {
    Scene scene = Scene.open(harness());
    scene.kill("dead");
    scene.accepted("waiting", "leased");
    Recipient recipient = scene.recipient();
    InMessage leased = recipient.next();

    scene.provision(scene.spec());
    scene.provision(new QueueSpec(scene.queue(), false, OptionalLong.empty(), scene.ticks(7)));

    assertThat(recipient.ack(leased)).isEqualTo(Settled.DONE);
    assertThat(recipient.next().id()).isEqualTo("leased");
    scene.assertCount(QueueStats::dead, 1);
  }

  @Test
  @DisplayName("T-6 queues know nothing of each other")
  default void queues_know_nothing_of_each_other() {
    Scene scene = Scene.open(harness());
    String other = Scene.uniqueName();
    scene.await(
        scene
            .transport()
            .provision(new QueueSpec(other, false, OptionalLong.empty(), scene.ticks(6))));
    scene.accepted("m");

    Recipient recipient = scene.recipient();
    assertThat(scene.await(scene.transport().publish(other, List.of(scene.message("m")))))
        .hasOnlyElementsOfType(PublishResult.Accepted.class);
    assertThat(recipient.next().id()).isEqualTo("m");
    recipient.nothing("the second one is in another queue");
    scene.assertCount(QueueStats::sent, 1);
    if (scene.has(Capability.EXACT_COUNTS)) {
      assertThat(scene.await(scene.transport().stats(other)).waiting()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("T-7 a queue that was not provisioned is refused")
  default void unprovisioned_queue_is_refused() {
    Scene scene = Scene.unprovisioned(harness());

    assertThat(
            scene.failure(
                () -> scene.transport().publish(scene.queue(), List.of(scene.message("m")))))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(scene.queue());
    assertThat(scene.failure(() -> scene.transport().stats(scene.queue())))
        .isInstanceOf(TransportException.class);
  }
}
