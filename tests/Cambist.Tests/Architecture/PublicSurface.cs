using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Cambist.Tests.Architecture;

/// <summary>What users of an assembly can see of it, as text: a line for each type and each member, sorted.</summary>
static class PublicSurface
{
    const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static ImmutableArray<string> Of(Assembly assembly)
    {
        var lines = new List<string>();
        foreach (var type in assembly.GetExportedTypes())
        {
            lines.Add(Describe(type));
            lines.AddRange(Members(type).Select(member => $"{FullName(type)}.{member}"));
        }

        return [.. lines.Distinct().Order(StringComparer.Ordinal)];
    }

    static string Describe(Type type)
    {
        var kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : type.IsSubclassOf(typeof(Delegate)) ? "delegate"
            : type.IsValueType ? IsReadOnly(type) ? "readonly struct" : "struct"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        var bases = new List<string>();
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object)) bases.Add(Name(parent));
        bases.AddRange(type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Where(one => one.IsPublic && !type.IsEnum).Select(Name).Order(StringComparer.Ordinal));
        return $"{FullName(type)}: {kind}{(bases.Count == 0 ? "" : " : " + string.Join(", ", bases))}";
    }

    static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");
        if (type.IsSubclassOf(typeof(Delegate)))
            return [Signature(type.GetMethod("Invoke")!)];
        return type.GetFields(Declared).Where(field => IsSeen(field.Attributes)).Select(Describe)
            .Concat(type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsSeen) && !IsGenerated(property)).Select(Describe))
            .Concat(type.GetEvents(Declared).Where(one => IsSeen(one.AddMethod!)).Select(one => $"{one.Name}: event {Name(one.EventHandlerType!)}"))
            .Concat(type.GetConstructors(Declared).Where(constructor => IsSeen(constructor) && !constructor.IsStatic && !IsGenerated(constructor)).Select(constructor => $"new({Parameters(constructor)})"))
            .Concat(type.GetMethods(Declared).Where(method => IsSeen(method) && IsOwn(method)).Select(Signature));
    }

    static string Describe(FieldInfo field)
    {
        var type = Name(field.FieldType, new NullabilityInfoContext().Create(field));
        return field.IsLiteral
            ? $"{field.Name}: const {type} = {field.GetRawConstantValue()}"
            : $"{field.Name}: {(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{type}";
    }

    static string Describe(PropertyInfo property)
    {
        var any = property.GetAccessors(nonPublic: true)[0];
        var accessors = new List<string>();
        if (property.GetMethod is { } get && IsSeen(get)) accessors.Add("get");
        if (property.SetMethod is { } set && IsSeen(set))
            accessors.Add(set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set");
        var index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"[{string.Join(", ", parameters.Select(Parameter))}]" : "";
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{property.Name}{index}: {required}{Modifiers(any)}{Name(property.PropertyType, new NullabilityInfoContext().Create(property))} {{ {string.Join("; ", accessors)} }}";
    }

    static string Signature(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
        return $"{method.Name}{generic}({Parameters(method)}): {Modifiers(method)}{Name(method.ReturnType, new NullabilityInfoContext().Create(method.ReturnParameter))}";
    }

    static string Modifiers(MethodBase method) =>
        (method.IsFamily || method.IsFamilyOrAssembly ? "protected " : "")
        + (method.IsStatic ? "static " : method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? "abstract " : method.IsVirtual && !method.IsFinal ? "virtual " : "");

    static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + string.Join(", ", method.GetParameters().Select(Parameter));

    static string Parameter(ParameterInfo parameter)
    {
        var direction = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "";
        var value = parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? (parameter.ParameterType.IsValueType ? "default" : "null")}" : "";
        return $"{direction}{Name(parameter.ParameterType, new NullabilityInfoContext().Create(parameter))} {parameter.Name}{value}";
    }

    static string FullName(Type type) => type.FullName!.Replace('+', '.');

    static string Name(Type type) => Name(type, null);

    static string Name(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef) return Name(type.GetElementType()!, nullability?.ElementType ?? nullability);
        if (Nullable.GetUnderlyingType(type) is { } value) return Name(value) + "?";
        var mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray) return $"{Name(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        var name = type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        if (!type.IsGenericType) return name + mark;
        var arguments = type.GetGenericArguments().Select((argument, i) => Name(argument, i < nullability?.GenericTypeArguments.Length ? nullability.GenericTypeArguments[i] : null));
        return $"{name.Split('`')[0]}<{string.Join(", ", arguments)}>{mark}";
    }

    static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    static bool IsSeen(FieldAttributes attributes) => (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    // what a record writes for itself, accessors, and overrides say nothing of their own
    static bool IsOwn(MethodInfo method) =>
        !IsGenerated(method) && method.GetBaseDefinition() == method && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));

    static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name == "EqualityContract";

    static bool IsReadOnly(Type type) => type.IsDefined(typeof(IsReadOnlyAttribute));
}
