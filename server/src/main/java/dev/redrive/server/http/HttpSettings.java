// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

/**
 * Where and within which bounds HTTP is served.
 *
 * @param host the address to listen at
 * @param port its port; 0 for any free one
 * @param connectionsMax connections at once
 * @param bodyBytesMax bytes that all bodies together may hold at once
 * @param times how long peers may take
 */
public record HttpSettings(
    String host, int port, int connectionsMax, long bodyBytesMax, HttpTimes times) {}
