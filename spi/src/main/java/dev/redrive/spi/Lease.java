// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

/**
 * The right to settle one hand-over of a message, with its fencing token. Made by the transport,
 * opaque to the engine.
 */
public interface Lease {}
