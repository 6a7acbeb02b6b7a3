/*
 * A Vulkan layer over Mesa's null device for AMD cards (RADV_FORCE_FAMILY), which compiles shaders for
 * a card that is not there. By itself that device has no memory and cannot make timeline semaphores,
 * so that WebGPU refuses it; here it has both, in name, and nothing is recorded, submitted or run.
 *
 * Interface: https://vulkan.lunarg.com/doc/view/1.3.239.0/linux/LoaderLayerInterface.html
 */
#include <string.h>
#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

#define EXPORT __attribute__((visibility("default")))

static PFN_vkGetInstanceProcAddr instance_functions;
static PFN_vkGetDeviceProcAddr device_functions;
static VkInstance the_instance;
/* The value of every timeline semaphore: the last that was to be signalled. */
static uint64_t signalled;

static void *find_in_chain(const void *chain, VkStructureType type) {
  for (VkBaseOutStructure *at = (VkBaseOutStructure *)chain; at; at = at->pNext)
    if (at->sType == type) return at;
  return NULL;
}

static VkResult create_instance(const VkInstanceCreateInfo *info, const VkAllocationCallbacks *allocator,
                                VkInstance *instance) {
  VkLayerInstanceCreateInfo *link = (void *)info->pNext;
  while (link->sType != VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO || link->function != VK_LAYER_LINK_INFO)
    link = (void *)link->pNext;
  instance_functions = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  PFN_vkCreateInstance create = (PFN_vkCreateInstance)instance_functions(NULL, "vkCreateInstance");
  VkResult result = create(info, allocator, instance);
  the_instance = *instance;
  return result;
}

static VkResult create_device(VkPhysicalDevice card, const VkDeviceCreateInfo *info,
                              const VkAllocationCallbacks *allocator, VkDevice *device) {
  VkLayerDeviceCreateInfo *link = (void *)info->pNext;
  while (link->sType != VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO || link->function != VK_LAYER_LINK_INFO)
    link = (void *)link->pNext;
  PFN_vkGetInstanceProcAddr functions = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  device_functions = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  PFN_vkCreateDevice create = (PFN_vkCreateDevice)functions(the_instance, "vkCreateDevice");
  return create(card, info, allocator, device);
}

/* One heap of 16 GiB, which is the card's, and can be mapped or not. */
static void memory(VkPhysicalDevice card, VkPhysicalDeviceMemoryProperties *properties) {
  (void)card;
  const VkMemoryPropertyFlags mapped =
      VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  memset(properties, 0, sizeof *properties);
  properties->memoryHeapCount = 1;
  properties->memoryHeaps[0] = (VkMemoryHeap){16ull << 30, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT};
  properties->memoryTypeCount = 3;
  properties->memoryTypes[0].propertyFlags = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  properties->memoryTypes[1].propertyFlags = mapped;
  properties->memoryTypes[2].propertyFlags = mapped | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
}

static void memory2(VkPhysicalDevice card, VkPhysicalDeviceMemoryProperties2 *properties) {
  memory(card, &properties->memoryProperties);
  VkPhysicalDeviceMemoryBudgetPropertiesEXT *budget = find_in_chain(
      properties->pNext, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT);
  if (!budget) return;
  budget->heapBudget[0] = 16ull << 30;
  budget->heapUsage[0] = 0;
}

static void requirements(VkDevice device, VkBuffer buffer, VkMemoryRequirements *result) {
  PFN_vkGetBufferMemoryRequirements ask =
      (PFN_vkGetBufferMemoryRequirements)device_functions(device, "vkGetBufferMemoryRequirements");
  ask(device, buffer, result);
  result->memoryTypeBits = 7;
}

static void requirements2(VkDevice device, const VkBufferMemoryRequirementsInfo2 *info,
                          VkMemoryRequirements2 *result) {
  requirements(device, info->buffer, &result->memoryRequirements);
}

static VkResult create_semaphore(VkDevice device, const VkSemaphoreCreateInfo *info,
                                 const VkAllocationCallbacks *allocator, VkSemaphore *semaphore) {
  PFN_vkCreateSemaphore create = (PFN_vkCreateSemaphore)device_functions(device, "vkCreateSemaphore");
  VkSemaphoreCreateInfo plain = *info;
  plain.pNext = NULL;
  return create(device, &plain, allocator, semaphore);
}

static VkResult submit(VkQueue queue, uint32_t count, const VkSubmitInfo *infos, VkFence fence) {
  (void)queue, (void)fence;
  for (uint32_t i = 0; i < count; i++) {
    const VkTimelineSemaphoreSubmitInfo *values =
        find_in_chain(infos[i].pNext, VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO);
    for (uint32_t k = 0; values && k < values->signalSemaphoreValueCount; k++)
      if (values->pSignalSemaphoreValues[k] > signalled) signalled = values->pSignalSemaphoreValues[k];
  }
  return VK_SUCCESS;
}

static VkResult semaphore_value(VkDevice device, VkSemaphore semaphore, uint64_t *value) {
  (void)device, (void)semaphore;
  *value = signalled;
  return VK_SUCCESS;
}

static VkResult nothing(void) { return VK_SUCCESS; }

static PFN_vkVoidFunction find_for_instance(VkInstance instance, const char *name);
static PFN_vkVoidFunction find_for_device(VkDevice device, const char *name);

static const struct {
  const char *name;
  void *function;
} own[] = {
    {"vkGetInstanceProcAddr", find_for_instance},
    {"vkGetDeviceProcAddr", find_for_device},
    {"vkCreateInstance", create_instance},
    {"vkCreateDevice", create_device},
    {"vkGetPhysicalDeviceMemoryProperties", memory},
    {"vkGetPhysicalDeviceMemoryProperties2", memory2},
    {"vkGetPhysicalDeviceMemoryProperties2KHR", memory2},
    {"vkGetBufferMemoryRequirements", requirements},
    {"vkGetBufferMemoryRequirements2", requirements2},
    {"vkCreateSemaphore", create_semaphore},
    {"vkQueueSubmit", submit},
    {"vkGetSemaphoreCounterValue", semaphore_value},
    {"vkWaitSemaphores", nothing},
    {"vkBeginCommandBuffer", nothing},
    {"vkEndCommandBuffer", nothing},
    {"vkResetCommandBuffer", nothing},
    {"vkResetCommandPool", nothing},
    {"vkQueueWaitIdle", nothing},
    {"vkDeviceWaitIdle", nothing},
    {"vkWaitForFences", nothing},
    {"vkGetFenceStatus", nothing},
    {"vkGetQueryPoolResults", nothing},
};

static PFN_vkVoidFunction find_own(const char *name) {
  for (unsigned i = 0; i < sizeof own / sizeof *own; i++)
    if (!strcmp(name, own[i].name)) return (PFN_vkVoidFunction)own[i].function;
  return NULL;
}

static PFN_vkVoidFunction find_for_device(VkDevice device, const char *name) {
  PFN_vkVoidFunction below = device_functions(device, name);
  if (!strncmp(name, "vkCmd", 5)) return below ? (PFN_vkVoidFunction)nothing : NULL;
  PFN_vkVoidFunction function = find_own(name);
  return function ? function : below;
}

static PFN_vkVoidFunction find_for_instance(VkInstance instance, const char *name) {
  PFN_vkVoidFunction function = find_own(name);
  if (function) return function;
  return instance_functions ? instance_functions(instance, name) : NULL;
}

EXPORT VkResult vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *negotiation) {
  negotiation->loaderLayerInterfaceVersion = 2;
  negotiation->pfnGetInstanceProcAddr = find_for_instance;
  negotiation->pfnGetDeviceProcAddr = find_for_device;
  negotiation->pfnGetPhysicalDeviceProcAddr = NULL;
  return VK_SUCCESS;
}
