// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.spi.WireHeaders;
import dev.redrive.transport.kafka.Parked.Place;
import dev.redrive.transport.kafka.Parked.State;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What was parked when all of a partition came in order, and now only keys do. */
@Timeout(60)
class ChangedOrderTest {
  private final FakeParked parked = new FakeParked();
  private final QueueScene scene = QueueScene.inLine(OrderBy.KEY, parked);
  private final FakeCluster cluster = scene.cluster();

  ChangedOrderTest() {
    parked.of(cluster);
    for (long place = 0; place < 3; place++) {
      RecordHeaders headers = new RecordHeaders();
      Wire.put(headers, WireHeaders.ID, "m" + place);
      byte[] body = "body".getBytes(UTF_8);
      parked.add(
          Parked.message(
              FakeParked.TOPIC,
              new Place(0, place),
              State.WAITING,
              new ProducerRecord<>(FakeCluster.TOPIC, 0, null, null, body, headers)));
    }
    cluster.send(0, "m0", "m1", "m2");
    cluster.commitOf(
        0,
        progress -> {
          for (long place = 0; place < 3; place++) {
            progress.take(place);
            progress.done(place);
          }
        });
    scene.member().gives(0);
    scene.rests();
  }

  @AfterEach
  void close() {
    scene.close();
  }

  @Test
  void each_without_a_key_waits_for_nobody_and_leaves_nothing_behind() {
    scene.until("all", () -> scene.handedOver().size() == 3);
    assertThat(scene.answers(scene.ack("m0"))).containsExactly(Settled.DONE);
    assertThat(scene.answers(scene.retry("m1"))).containsExactly(Settled.DONE);
    scene.until("m1 again", () -> scene.handedOver().equals(List.of("m0", "m1", "m2", "m1")));
    assertThat(scene.message("m1").attempt()).isEqualTo(2);
    assertThat(scene.answers(scene.ack("m1"))).containsExactly(Settled.DONE);
    assertThat(scene.answers(scene.kill("m2"))).containsExactly(Settled.DONE);

    assertThat(parked.there(0))
        .singleElement()
        .satisfies(
            record ->
                assertThat(Parked.read(FakeCluster.TOPIC, record).orElseThrow().state())
                    .isEqualTo(State.DEAD));
  }
}
