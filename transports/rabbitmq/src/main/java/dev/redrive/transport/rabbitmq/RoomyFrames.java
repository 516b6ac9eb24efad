// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.FrameHandler;
import com.rabbitmq.client.impl.FrameHandlerFactory;
import com.rabbitmq.client.impl.SocketFrameHandler;
import com.rabbitmq.client.impl.SocketFrameHandlerFactory;
import java.io.IOException;
import java.net.Socket;

/**
 * Makes connections that take longer frames than was agreed on.
 *
 * <p>The headers of a message are one frame, and the broker adds some of its own to what comes a
 * second time or was dead-lettered, without looking whether the frame is still as agreed. The
 * client would close the connection on it, and so would the next one: one message with headers that
 * just fitted when it was sent would end all connections for ever.
 */
final class RoomyFrames extends ConnectionFactory {
  /** An entry of {@code x-death} has some 250 bytes, and there is one a queue on the way. */
  private static final int ROOM = 64 << 10;

  @Override
  protected synchronized FrameHandlerFactory createFrameHandlerFactory() {
    return new SocketFrameHandlerFactory(
        getConnectionTimeout(), getSocketFactory(), getSocketConfigurator(), isSSL()) {
      @Override
      public FrameHandler create(Socket socket) throws IOException {
        return new SocketFrameHandler(socket) {
          @Override
          public void setFrameMax(int agreed) {
            super.setFrameMax(agreed + ROOM);
          }
        };
      }
    };
  }
}
