// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

/**
 * What a consumer group keeps of a partition. A later one replaces it whole.
 *
 * @param offset everything below it is settled or not in the log
 * @param metadata what is known above it, see {@link Metadata}; empty for nothing
 */
record Commit(long offset, String metadata) {}
