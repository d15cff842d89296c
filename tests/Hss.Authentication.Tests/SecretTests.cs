namespace Hss.Authentication.Tests;

public class SecretTests
{
    [Fact]
    public void Equality_is_by_octets()
    {
        Assert.Equal(new Secret([1, 2, 3]), new Secret([1, 2, 3]));
        Assert.NotEqual(new Secret([1, 2, 3]), new Secret([1, 2, 4]));
        Assert.NotEqual(new Secret([1, 2, 3]), new Secret([1, 2]));
        Assert.Equal(new Secret([1, 2, 3]).GetHashCode(), new Secret([1, 2, 3]).GetHashCode());
    }

    [Fact]
    public void The_octets_are_a_copy()
    {
        byte[] octets = [1, 2, 3];
        var secret = new Secret(octets);
        octets[0] = 9;
        Assert.Equal([1, 2, 3], secret.Reveal().ToArray());
    }
}
