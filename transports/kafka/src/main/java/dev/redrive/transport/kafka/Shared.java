// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.spi.Environment;
import org.apache.kafka.clients.producer.Producer;

/**
 * What all queues of a transport share.
 *
 * @param environment time, chance and threads
 * @param names what things are called
 * @param route where a message goes that is due later
 * @param clients makes Kafka's clients
 * @param producer sends for all queues
 * @param process who this process is, in the marks that it leaves
 * @param processName who it is, in the names of its transactions
 * @param metadataMax characters that the broker lets a commit say
 * @param backlog how far groups are behind
 * @param deadTopics where dead letters are
 */
record Shared(
    Environment environment,
    Names names,
    Route route,
    Clients clients,
    Producer<byte[], byte[]> producer,
    long process,
    String processName,
    int metadataMax,
    Backlog backlog,
    DeadTopics deadTopics) {}
