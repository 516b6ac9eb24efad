// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.util.List;

/** Confluent's Parallel Consumer, in no order, with its own defaults otherwise. */
final class ParallelKafka {
  private final BareKafka clients;

  ParallelKafka(BareKafka clients) {
    this.clients = clients;
  }

  /** Does so much work with so many threads at a time; how many messages a second. */
  double consume(String topic, int messages, int workers, Runnable work) throws Exception {
    Tally tally = new Tally(messages);
    ParallelConsumerOptions<byte[], byte[]> options =
        ParallelConsumerOptions.<byte[], byte[]>builder()
            .consumer(clients.consumer(topic, "classic"))
            .ordering(ProcessingOrder.UNORDERED)
            .commitMode(CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS)
            .maxConcurrency(workers)
            .build();
    ParallelStreamProcessor<byte[], byte[]> processor =
        ParallelStreamProcessor.createEosStreamProcessor(options);
    try {
      processor.subscribe(List.of(topic));
      processor.poll(
          context -> {
            tally.handled();
            work.run();
            // It commits each few seconds; nobody waits for that.
            tally.acknowledged();
          });
      return tally.rate();
    } finally {
      processor.closeDrainFirst();
    }
  }
}
