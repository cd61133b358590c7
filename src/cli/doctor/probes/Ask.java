import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A line for each URL: status and reason, or 0 and what went wrong. */
public class Ask {
  public static void main(String[] urls) {
    var client = HttpClient.newBuilder().proxy(ProxySelector.getDefault()).connectTimeout(Duration.ofSeconds(10)).build();
    for (var url : urls) {
      try {
        var request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10)).build();
        System.out.println(client.send(request, BodyHandlers.discarding()).statusCode());
      } catch (Exception error) {
        System.out.println("0 " + String.valueOf(error).replace('\n', ' '));
      }
    }
  }
}
