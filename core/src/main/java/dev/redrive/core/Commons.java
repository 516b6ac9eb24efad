// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

/**
 * What the queues of an engine share.
 *
 * @param dependencies what their handlers call, and the breakers of that
 * @param pools the attempts that several of them share
 */
record Commons(Dependencies dependencies, Pools pools) {}
