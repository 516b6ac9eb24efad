// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What is to be stored when a message is settled.
 *
 * @param records all or none of them
 * @param spot what stands at the message's place in line then; empty if nothing does
 */
record Copy(List<ProducerRecord<byte[], byte[]>> records, Optional<Lines.Spot> spot) {}
