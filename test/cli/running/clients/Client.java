import java.net.Authenticator;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Does what each argument says (`get:URL`, `dial:HOST:PORT`, `send:HOST:PORT`, `look-up:NAME`), and tells in a line what came of it. */
public class Client {
  public static void main(String[] asked) {
    for (var each : asked) {
      var parts = each.split(":", 2);
      try {
        System.out.println(told(parts[0], parts[1]));
      } catch (Exception error) {
        System.out.println("no " + error.getClass().getSimpleName());
      }
    }
  }

  private static String told(String what, String of) throws Exception {
    switch (what) {
      case "get":
        return get(of);
      case "dial":
        try (var socket = new Socket()) {
          socket.connect(address(of), 3000);
          return "connected";
        }
      case "send":
        try (var socket = new DatagramSocket()) {
          socket.send(new DatagramPacket(new byte[] {1}, 1, address(of)));
          return "sent";
        }
      default:
        return InetAddress.getByName(of).getHostAddress();
    }
  }

  private static String get(String url) throws Exception {
    var client =
        HttpClient.newBuilder().proxy(ProxySelector.getDefault()).authenticator(new OfEnvironment()).connectTimeout(Duration.ofSeconds(5)).build();
    var answer = client.send(HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body().replace('\n', ' ');
  }

  private static InetSocketAddress address(String text) {
    var colon = text.lastIndexOf(':');
    return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  /** Who the proxy variables say it is: what Java does not read by itself. */
  private static class OfEnvironment extends Authenticator {
    @Override
    protected PasswordAuthentication getPasswordAuthentication() {
      var proxy = System.getenv("https_proxy");
      if (proxy == null || getRequestorType() != RequestorType.PROXY) return null;
      var user = URI.create(proxy).getUserInfo().split(":", 2);
      return new PasswordAuthentication(user[0], user[1].toCharArray());
    }
  }
}
