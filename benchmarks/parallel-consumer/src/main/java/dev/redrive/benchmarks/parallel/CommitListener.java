// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks.parallel;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Hears from the client which offsets the broker has accepted. */
public final class CommitListener implements ConsumerInterceptor<String, byte[]> {
  /** The client's setting that holds the {@link Progress} to be told. */
  static final String PROGRESS = "benchmark.progress";

  private Optional<Progress> progress = Optional.empty();

  /** The client makes it by its name. */
  public CommitListener() {}

  @Override
  public void configure(Map<String, ?> settings) {
    progress = Optional.ofNullable((Progress) settings.get(PROGRESS));
  }

  @Override
  public ConsumerRecords<String, byte[]> onConsume(ConsumerRecords<String, byte[]> records) {
    return records;
  }

  @Override
  public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
    offsets.values().forEach(offset -> progress.orElseThrow().committed(offset.offset()));
  }

  @Override
  public void close() {}
}
