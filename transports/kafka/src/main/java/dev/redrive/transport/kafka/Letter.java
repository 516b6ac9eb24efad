// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Settlement;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

final class Letter {
  private Letter() {}

  static ProducerRecord<byte[], byte[]> write(
      String topic,
      String group,
      Content content,
      Headers headers,
      Settlement.Dead dead,
      int crashes,
      Instant now) {
    return new ProducerRecord<>(topic, 0, null, content.id().getBytes(java.nio.charset.StandardCharsets.UTF_8), content.body(), headers);
  }
}
